import type { AnyCollectorDefinition } from '../model/collector.ts';
import { agentCollector } from './agent/index.ts';
import { homeAssistantCollector } from './home-assistant/index.ts';
import { hostCollector } from './host/index.ts';
import { routerCollector } from './router/index.ts';
import { sitesCollector } from './sites/index.ts';
import { storageCollector } from './storage/index.ts';
import { nvmeCollector } from './storage/nvme/index.ts';

/** All collectors: one line each. The agent's own comes last, so that it sees the others. */
export const allCollectors: readonly AnyCollectorDefinition[] = [
  hostCollector,
  nvmeCollector,
  storageCollector,
  routerCollector,
  homeAssistantCollector,
  sitesCollector,
  agentCollector,
];
