import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';
import { hostTextsInGerman } from '../../../../src/collectors/host/german.ts';
import { LinuxHostReader } from '../../../../src/collectors/host/linux/index.ts';
import { hostSettingsSchema } from '../../../../src/collectors/host/settings.ts';
import { renderTranslatableText } from '../../../../src/model/translation.ts';
import { withoutLimits } from '../../../helpers/clock.ts';
import { englishHint } from '../../../helpers/english-hint.ts';
import { memory } from '../../../helpers/memory.ts';
import { device } from '../../../helpers/sample-collector.ts';
import { silence } from '../../../helpers/silent-file.ts';
import { tree } from '../../../helpers/tree.ts';
import { until } from '../../../helpers/until.ts';

const observations = async (reader: LinuxHostReader) =>
  (await reader.read(device, {})).filter((observation) => 'table' in observation);

const netDev = (received: number) => `eth0: ${received} 1 0 0 0 0 0 0 1 1 0 0 0 0 0 0\n`;

test('counters are read at the start of the reading, not after a slow mount', async () => {
  const roots = tree({
    'proc/1/mountinfo': '1 1 8:1 / / rw - ext4 x rw',
    'proc/net/dev': netDev(100),
    'sys/class/net/eth0/device/vendor': '0x8086',
  });
  const reading = observations(new LinuxHostReader(roots, z.parse(hostSettingsSchema, {}), memory({})));
  writeFileSync(roots.proc('net/dev'), netDev(999));
  expect((await reading).find(({ table }) => table === 'interface')).toMatchObject({ reading: { received: 100 } });
});

test('the failure of one part does not affect the others', async () => {
  withoutLimits();
  const roots = tree({
    'proc/1/mountinfo': '1 1 8:1 / / rw - ext4 x rw\n2 1 8:2 / /gone rw - ext4 x rw',
    'proc/net/dev': netDev(1),
    'sys/class/net/eth0/device/vendor': '0x8086',
    'sys/class/net/eth1/device/vendor': '0x8086',
  });
  const found = await observations(new LinuxHostReader(roots, z.parse(hostSettingsSchema, {}), memory({})));
  const outcome = found.map(({ table, part, error }) => [
    table,
    part?.id,
    error instanceof Error ? error.message.replaceAll(roots.host(), '') : undefined,
  ]);
  expect(outcome).toEqual([
    ['host', undefined, undefined],
    ['filesystem', 'root', undefined],
    ['filesystem', '/gone', expect.stringMatching(/no such file.*gone|gone.*no such file/i)],
    ['interface', 'eth0', undefined],
    ['interface', 'eth1', expect.stringMatching(/^eth1: not in .*net\/dev$/)],
  ]);
});

test('a sensor that does not answer fails alone, the processor’s is unknown, and nothing else waits long', async () => {
  const { runOut } = withoutLimits();
  const roots = tree({
    'proc/1/mountinfo': '',
    'proc/net/dev': netDev(1),
    'sys/class/net/eth0/device/vendor': '0x8086',
    'sys/class/net/eth0/carrier': '1\n',
    'sys/class/net/eth0/speed': '2500\n',
    'sys/class/hwmon/hwmon0/name': 'coretemp\n',
    'sys/class/hwmon/hwmon0/temp1_label': 'Package id 0\n',
    'sys/class/hwmon/hwmon0/temp1_input': '45000\n',
    'sys/class/hwmon/hwmon0/temp2_label': 'Core 0\n',
    'sys/class/hwmon/hwmon0/temp2_input': '40000\n',
    'sys/class/hwmon/hwmon1/name': 'jc42\n',
    'sys/class/hwmon/hwmon1/temp1_input': '',
    'sys/class/hwmon/hwmon1/temp2_input': '41000\n',
    'sys/devices/system/cpu/cpufreq/policy0/scaling_cur_freq': '800000\n',
  });
  const reader = new LinuxHostReader(roots, z.parse(hostSettingsSchema, {}), memory({}));
  const read = async (silent: ReturnType<typeof silence>) => {
    const reading = observations(reader);
    await until('the file is read', silent.isRead);
    // The limit of one file; that of a whole reading is longer.
    runOut(2);
    return (await reading).filter(({ table }) => table !== 'filesystem');
  };
  expect(await read(silence(roots.sys('class/hwmon/hwmon1/temp1_input')))).toMatchObject([
    { table: 'host', reading: { cpuTemperature: 45, cpuFrequencyHz: 800e6 }, hint: undefined },
    { table: 'interface', reading: { link: true, speedBytesPerSecond: 312_500_000 } },
    { table: 'temperature', part: { id: 'coretemp Core 0' }, reading: { celsius: 40 } },
    {
      table: 'temperature',
      part: { id: 'jc42 temp1' },
      error: { message: `${roots.sys('class/hwmon/hwmon1/temp1_input')}: no answer in 2 s` },
    },
    { table: 'temperature', part: { id: 'jc42 temp2' }, reading: { celsius: 41 } },
  ]);
  const [host] = await read(silence(roots.sys('class/hwmon/hwmon0/temp1_input')));
  expect(host).toMatchObject({ reading: { cpuTemperature: undefined } });
  const hint = host !== undefined && 'hint' in host ? host.hint : undefined;
  const path = roots.sys('class/hwmon/hwmon0/temp1_input');
  expect(englishHint(hint)).toBe(`${path}: no answer`);
  expect(renderTranslatableText(hint ?? '', hostTextsInGerman)).toBe(`${path}: keine Antwort`);
});
