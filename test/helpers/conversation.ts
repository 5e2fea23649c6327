import { onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { DeviceCommand } from '../../src/mqtt/inbound.ts';
import { ReconnectingPublisher, type ReconnectingPublisherContext } from '../../src/mqtt/reconnecting-publisher.ts';
import type { MqttSettings } from '../../src/mqtt/settings.ts';
import { agent } from './sample-collector.ts';

/** A log that is kept in place of being written. */
export function keptLog() {
  const lines: string[] = [];
  const log = createLog({ LOG_LEVEL: 'info', LOG_FORMAT: 'text' }, {
    isTTY: false,
    write: (line: string) => lines.push(line.slice(20).trimEnd()),
  } as never);
  return { log, lines };
}

/** An agent's session on a broker, with the state that it tells and all that it hears; it ends with the test. */
export function startSession(
  settings: MqttSettings,
  catalogue: readonly CollectorMetadata[],
  state: MutableAgentState,
  more: Partial<ReconnectingPublisherContext> = {},
) {
  const { log, lines } = keptLog();
  const dismissed: string[] = [];
  const commands: DeviceCommand[] = [];
  const remembered: ReadonlyMap<string, unknown>[] = [];
  const session = new ReconnectingPublisher({
    agent,
    catalogue,
    state,
    settings,
    log,
    ready: Promise.resolve(),
    eventDelivered: (event) => state.markDelivered(event),
    deviceDismissed(device) {
      dismissed.push(device);
      state.forgetDevice(device);
    },
    memoriesLoaded: (memories) => remembered.push(memories),
    problemsLoaded: () => undefined,
    devicesAnnounced: () => undefined,
    ownerKnown: (device, owner) => state.setOwner(device, owner),
    commandReceived: (command) => commands.push(command),
    ...more,
  });
  session.start();
  onTestFinished(() => session.stop());
  return { session, log: lines, dismissed, commands, remembered };
}
