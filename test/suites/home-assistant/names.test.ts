import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import { stage } from './stage.ts';

const idsIn = (registry: ReadonlyMap<string, { entity_id: string }>) =>
  [...registry].map(([unique, { entity_id: id }]) => [unique, id]).sort();

test('a renamed agent with its AGENT_ID keeps its entities, and another site leaves them in their area', async () => {
  const { homeAssistant, agent, startAgent, untilAvailable } = await stage();
  await untilAvailable();
  const [before, device] = [idsIn(await homeAssistant.registry()), await homeAssistant.device()];
  await agent.stop();
  const renamed = startAgent({ AGENT_NAME: 'raspi', AGENT_ID: 'testling', SITE: 'Lake' });
  await until('the new name', async () => (await homeAssistant.device())?.name === 'raspi', 60);
  await untilAvailable();
  expect(idsIn(await homeAssistant.registry())).toEqual(before);
  expect((await homeAssistant.device())?.area_id).toBe(device?.area_id);
  expect(renamed.output()).toContain('SITE was Berlin and is Lake now');
  expect(await homeAssistant.ask('recorder/validate_statistics')).toEqual({});
  expect(await homeAssistant.complaints()).toEqual([]);
});

test('of two equal drives the one that was pulled is forgotten by its button', async () => {
  const model = { model: 'Samsung SSD 980', firmware_rev: '1.0', state: 'live' };
  const of = (name: string, serial: string) =>
    Object.entries({ ...model, serial, subsysnqn: `nqn:${name}`, address: `0000:${name.slice(-2)}:00.0` }).map(
      ([file, text]): [string, string] => [`sys/class/nvme/${name}/${file}`, `${text}\n`],
    );
  const roots = tree(Object.fromEntries([...of('nvme901', 'S4EWNX0N111111'), ...of('nvme902', 'S4EWNX0N222222')]));
  const { homeAssistant, observer, untilAvailable } = await stage({
    HOST_SYS: roots.sys(),
    NVME_SCHEDULE: '* * * * * *',
  });
  const config = 'homeassistant/device/infra-monitor_testling/s4ewnx0n222222/config';
  await observer.see(config, undefined, 60);
  await untilAvailable();
  const registered = async () =>
    [...(await homeAssistant.registry()).values()].filter(({ unique_id: id }) => id.includes('s4ewnx0n222222'));
  await until('its entities', async () => (await registered()).length > 0, 60);
  rmSync(roots.sys('class/nvme/nvme902'), { recursive: true });
  const button = 'infra-monitor_testling_s4ewnx0n222222_nvme-drive-forget';
  await until('the button', async () => (await homeAssistant.registry()).has(button), 60);
  const entity = (await homeAssistant.registry()).get(button)?.entity_id;
  // Home Assistant ignores a press of a button that is still unavailable.
  await until(
    'it can be pressed',
    async () => (await homeAssistant.states()).get(entity ?? '')?.state === 'unknown',
    30,
  );
  await homeAssistant.call('POST', 'services/button/press', { entity_id: entity });
  await until('its entities are gone', async () => (await registered()).length === 0, 60);
  const devices = await homeAssistant.ask<{ serial_number: string | null }[]>('config/device_registry/list');
  expect(devices.map(({ serial_number: serial }) => serial).filter(Boolean)).toEqual(['S4EWNX0N111111']);
  // The press itself is not retained.
  await until(
    'its topics are gone',
    () =>
      ![...observer.topics.keys()].some((topic) =>
        /infra-monitor\/testling\/nvme\/s4ewnx0n222222(?!\/command)/.test(topic),
      ),
    30,
  );
  // Put back, it is announced again.
  for (const [path, text] of of('nvme902', 'S4EWNX0N222222')) {
    const file = roots.sys(path.slice('sys/'.length));
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, text);
  }
  await until('its entities are back', async () => (await registered()).length > 0, 60);
  expect(await homeAssistant.ask('recorder/validate_statistics')).toEqual({});
  expect(await homeAssistant.complaints()).toEqual([]);
});
