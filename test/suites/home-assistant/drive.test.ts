import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import type { DeviceEntry } from './home-assistant.ts';
import { type Component, stage } from './stage.ts';

interface Drive extends DeviceEntry {
  manufacturer: string;
  serial_number: string;
  via_device_id: string;
}

const cases = join(import.meta.dirname, '../../cases/nvme/answers');

/** One drive, whose nvme-cli is a stand-in that answers from a folder. */
function drive(): { settings: Record<string, string>; tell(mediaErrors: number): void } {
  const folder = mkdtempSync(join(tmpdir(), 'drive-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const told = {
    serial: 'S4EWNX0N123456',
    model: 'Samsung SSD 980',
    firmware_rev: '1.0',
    state: 'live',
    subsysnqn: 'nqn:0',
    address: '0000:01:00.0',
    'device/vendor': '0x144d',
  };
  const roots = tree({
    ...Object.fromEntries(Object.entries(told).map(([name, text]) => [`sys/class/nvme/nvme900/${name}`, `${text}\n`])),
    'sys/class/nvme/nvme900/nvme900n1/nsid': '1\n',
    'sys/block/nvme900n1/size': '1953525168\n',
  });
  const log = JSON.parse(readFileSync(join(cases, 'smart-log-2.8-hot.json'), 'utf8')) as object;
  const tell = (mediaErrors: number) =>
    writeFileSync(
      join(folder, 'nvme smart-log nvme900'),
      JSON.stringify({ ...log, critical_warning: 0, media_errors: mediaErrors }),
    );
  tell(3);
  const bin = join(import.meta.dirname, '../../bin/drives');
  return {
    settings: {
      PATH: `${bin}:${process.env.PATH}`,
      DRIVES: folder,
      HOST_SYS: roots.sys(),
      NVME_SCHEDULE: '* * * * * *',
    },
    tell,
  };
}

test('a drive: its device below the machine, its entities, and media errors acknowledged by its button', async () => {
  const { settings, tell } = drive();
  const { homeAssistant, observer } = await stage(settings);
  const config = 'homeassistant/device/infra-monitor_testling/s4ewnx0n123456/config';
  await observer.see(config, undefined, 60);
  const { components } = JSON.parse(observer.topics.get(config) ?? '') as { components: Record<string, Component> };
  const registry = await until(
    'all entities in the registry',
    async () => {
      const entries = await homeAssistant.registry('infra-monitor_testling_s4ewnx0n123456_');
      return entries.size === Object.keys(components).length && entries;
    },
    60,
  );
  const entity = (metric: string) =>
    [...registry.values()].find(({ unique_id: id }) => id.endsWith(`nvme-drive-${metric}`))?.entity_id ?? '';
  const state = async (metric: string) => (await homeAssistant.states()).get(entity(metric));
  const becomes = (metric: string, wanted: string) =>
    until(`${metric} is ${wanted}`, async () => (await state(metric))?.state === wanted, 60);

  const devices = await homeAssistant.ask<Drive[]>('config/device_registry/list');
  const machine = devices.find(({ identifiers }) =>
    identifiers.some(([, id]) => id === 'infra-monitor_testling_testling'),
  );
  expect(
    devices.find(({ identifiers }) => identifiers.some(([, id]) => id === 'infra-monitor_testling_s4ewnx0n123456')),
  ).toMatchObject({
    name: 'testling Samsung SSD 980',
    manufacturer: 'Samsung',
    model: 'Samsung SSD 980',
    serial_number: 'S4EWNX0N123456',
    sw_version: '1.0',
    via_device_id: machine?.id,
  });

  await becomes('temperature', '85');
  const enabled = [...registry.values()]
    .filter(({ disabled_by: by }) => by === null)
    .map(({ original_name: name }) => name);
  expect(enabled).toEqual(
    expect.arrayContaining([
      'Temperature',
      'Problem',
      'Percentage used',
      'Life left',
      'Available spare',
      'Data written',
      'Written per day',
    ]),
  );
  expect((await state('temperature'))?.attributes).toMatchObject({
    device_class: 'temperature',
    unit_of_measurement: '°C',
    state_class: 'measurement',
  });
  expect((await state('data_written'))?.attributes).toMatchObject({
    device_class: 'data_size',
    unit_of_measurement: 'TB',
    state_class: 'total_increasing',
  });

  await becomes('problem', 'off');
  tell(5);
  await becomes('problem', 'on');
  await becomes('problem_reason', '2 new media errors (5 in all)');
  await homeAssistant.call('POST', 'services/button/press', { entity_id: entity('acknowledge') });
  await becomes('problem', 'off');
  expect(await homeAssistant.complaints()).toEqual([]);
});
