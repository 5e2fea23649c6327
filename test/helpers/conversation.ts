import { onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Records } from '../../src/loop/state.ts';
import type { Declaration } from '../../src/model/collector.ts';
import type { Command, Situation } from '../../src/mqtt/live.ts';
import { Session } from '../../src/mqtt/session.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { agent } from './situation.ts';

/** A log that is kept in place of being written. */
export function keptLog() {
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: 'info', LOG_FORMAT: 'text' }, { isTTY: false, write: (line: string) => lines.push(line.slice(20).trimEnd()) } as never);
  return { log, lines };
}

/** An agent's session on a broker, with the state that it tells and all that it hears; it ends with the test. */
export function startSession(settings: MqttSettings, catalogue: readonly Declaration[], state: Records, more: Partial<Situation> = {}) {
  const { log, lines } = keptLog();
  const dismissed: string[] = [];
  const commands: Command[] = [];
  const remembered: ReadonlyMap<string, unknown>[] = [];
  const session = new Session({
    agent,
    catalogue,
    state,
    settings,
    log,
    ready: Promise.resolve(),
    told: (event) => state.told(event),
    dismissed(device) {
      dismissed.push(device);
      state.forget(device);
    },
    remembered: (memories) => remembered.push(memories),
    commanded: (command) => commands.push(command),
    ...more,
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, log: lines, dismissed, commands, remembered };
}
