import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type AgentProcess, startAgent } from '../helpers/agent.ts';
import { freePort } from '../helpers/ports.ts';
import { until } from '../helpers/until.ts';

function startService(settings: Record<string, string>): { agent: AgentProcess; messages: () => string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const socket = join(folder, 'socket');
  const agent = startAgent({
    PATH: `${join(import.meta.dirname, '../bin')}:${process.env.PATH}`,
    NOTIFY_SOCKET: socket,
    ...settings,
  });
  return {
    agent,
    messages() {
      try {
        return readFileSync(socket, 'utf8').trimEnd().split('\n');
      } catch {
        return [];
      }
    },
  };
}

test('systemd hears that the agent is ready when all is published, and that it is alive', async () => {
  const { agent, messages } = startService({
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    WATCHDOG_USEC: '600000',
  });
  await until('it is alive', () => messages().length > 2);
  expect(messages().slice(0, 3)).toEqual(['READY=1', 'WATCHDOG=1', 'WATCHDOG=1']);
  await until('its output is here', () => agent.output().includes('MQTT: connected'));
});

test('a broker that is away keeps the start of the machine no longer than its first answer, and without a watchdog it is all', async () => {
  const { agent, messages } = startService({ MQTT_URL: `mqtt://127.0.0.1:${await freePort()}` });
  await until('it is ready', () => messages().length > 0);
  await until('its output is here', () => agent.output().includes('ECONNREFUSED'));
  expect(await agent.stop()).toBe(0);
  expect(messages()).toEqual(['READY=1']);
});

test('a watchdog of another process is not ours', async () => {
  const { agent, messages } = startService({
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    WATCHDOG_USEC: '30000',
    WATCHDOG_PID: '1',
  });
  await until('it is ready', () => messages().length > 0);
  await agent.stop();
  expect(messages()).toEqual(['READY=1']);
});
