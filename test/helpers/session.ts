import { onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Records } from '../../src/loop/state.ts';
import type { After } from '../../src/mqtt/in-flight.ts';
import { Session } from '../../src/mqtt/session.ts';
import { readSettings } from '../../src/settings/index.ts';
import { agent, type ProbeCollector } from './situation.ts';

/** An agent's session with the broker there, with what it logs; it ends with the test. */
export function startSession(url: string, collector: ProbeCollector, state: Records, after?: After): { session: Session; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.trimEnd()) > 0;
  const session = new Session({
    agent,
    catalogue: [collector],
    state,
    settings: readSettings([], { MQTT_URL: url }).mqtt,
    log: createLog({ LOG_LEVEL: 'info', LOG_FORMAT: 'text' }, { write } as NodeJS.WriteStream),
    ready: Promise.resolve(),
    told: (event) => state.told(event),
    dismissed: () => undefined,
    remembered: () => undefined,
    commanded: () => undefined,
    ...(after === undefined ? {} : { after }),
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, lines };
}
