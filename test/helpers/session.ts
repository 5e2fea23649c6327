import { onTestFinished } from 'vitest';
import { createLog, type Log } from '../../src/log.ts';
import type { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { ReconnectingPublisher, type ReconnectingPublisherContext } from '../../src/mqtt/reconnecting-publisher.ts';
import type { RunAfter } from '../../src/mqtt/run-after.ts';
import { parseSettings } from '../../src/settings/index.ts';
import { agent, type ProbeCollector } from './sample-collector.ts';

/** What a session needs, without anything that hears of it but the state. */
export const sessionContext = (
  url: string,
  agent: AgentIdentity,
  catalogue: ReconnectingPublisherContext['catalogue'],
  state: MutableAgentState,
  log: Log,
): ReconnectingPublisherContext => ({
  agent,
  catalogue,
  state,
  settings: parseSettings([], { MQTT_URL: url }).mqtt,
  log,
  ready: Promise.resolve(),
  eventDelivered: (event) => state.markDelivered(event),
  deviceDismissed: () => undefined,
  memoriesLoaded: () => undefined,
  problemsLoaded: () => undefined,
  devicesAnnounced: () => undefined,
  ownerKnown: (device, owner) => state.setOwner(device, owner),
  commandReceived: () => undefined,
});

/** An agent's session with the broker there, with what it logs; it ends with the test. */
export function startSession(
  url: string,
  collector: ProbeCollector,
  state: MutableAgentState,
  after?: RunAfter,
): { session: ReconnectingPublisher; lines: string[] } {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line.trimEnd()) > 0;
  const log = createLog({ LOG_LEVEL: 'info', LOG_FORMAT: 'text' }, { write } as NodeJS.WriteStream);
  const session = new ReconnectingPublisher({
    ...sessionContext(url, agent, [collector], state, log),
    ...(after === undefined ? {} : { after }),
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, lines };
}
