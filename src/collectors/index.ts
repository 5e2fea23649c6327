import type { AnyCollector } from '../model/collector.ts';
import { agent } from './agent/index.ts';
import { homeAssistant } from './home-assistant/index.ts';
import { host } from './host/index.ts';
import { nvme } from './nvme/index.ts';
import { router } from './router/index.ts';
import { sites } from './sites/index.ts';

/** All collectors: one line each. The agent's own comes last, so that it sees the others. */
export const collectors: readonly AnyCollector[] = [host, nvme, router, homeAssistant, sites, agent];
