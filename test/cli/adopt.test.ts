import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { embedded, run, running } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

const machine = () => ({ HOST_ROOT: tree({ 'root/etc/machine-id': '0123456789abcdef0123456789abcdef' }).host() });
const quiet = { HOST_SCHEDULE: 'off', NVME_SCHEDULE: 'off' };

test('an agent with another name says who it was, and adopt gives it back its id', async () => {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL, ...quiet, AGENT_NAME: 'broker' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt'), ...quiet, ...machine() };
  const { topics, see } = await observe(settings.MQTT_URL, { protocolVersion: 4 });
  const first = await running({ ...settings, AGENT_NAME: 'pi', SITE: 'Berlin' });
  await see('infra-monitor/pi/problems');
  await see('infra-monitor/pi/status', (payload) => payload === 'online', 20);
  // While it runs, it is another agent of the same machine.
  expect((await run({ ...settings, AGENT_NAME: 'raspi' }, 'check')).output).not.toContain('AGENT_ID');
  expect(await run({ ...settings, AGENT_NAME: 'raspi' }, 'adopt', 'pi')).toMatchObject({
    status: 2,
    output: expect.stringContaining('pi is running'),
  });
  await first.stop();

  const advice = /this machine ran as agent pi before.*set AGENT_ID=pi .*forget --agent pi/;
  const renamed = await running({ ...settings, AGENT_NAME: 'raspi', SITE: 'Berlin' });
  await until('advice', () => advice.test(renamed.output()));
  await see('infra-monitor/raspi/status', (payload) => payload === 'online', 20);
  expect((await run({ ...settings, AGENT_NAME: 'raspi' }, 'check')).output).toMatch(advice);
  // On another machine it is none of its business.
  expect((await run({ ...settings, HOST_ROOT: tree({}).host(), AGENT_NAME: 'other' }, 'check')).output).not.toContain(
    'AGENT_ID',
  );
  await renamed.stop();

  const folder = mkdtempSync(join(tmpdir(), 'adopt-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'settings.env');
  expect(await run({ ...settings, AGENT_NAME: 'raspi' }, 'adopt', 'pi')).toMatchObject({
    status: 2,
    output: expect.stringContaining('There is no settings file .env: set AGENT_ID=pi'),
  });
  writeFileSync(file, '# mine\nAGENT_NAME=raspi\n');
  for (const [id, problem] of [
    ['nobody', 'the broker has no data'],
    ['raspi', 'already'],
    ['Old NAS', 'old_nas: the broker has no data'],
  ] as const)
    expect(await run({ ...settings, AGENT_NAME: 'raspi' }, '--env', file, 'adopt', id)).toMatchObject({
      status: 2,
      output: expect.stringContaining(problem),
    });
  expect(
    await run({ ...settings, AGENT_NAME: 'raspi', AGENT_ID: 'third' }, '--env', file, 'adopt', 'pi'),
  ).toMatchObject({ status: 2, output: expect.stringContaining('The environment sets AGENT_ID') });
  expect(readFileSync(file, 'utf8')).not.toContain('AGENT_ID');
  const { status, output } = await run({ ...settings, AGENT_NAME: 'raspi' }, '--env', file, 'adopt', 'pi');
  expect({ status, output }).toEqual({ status: 0, output: expect.stringContaining('forget --agent raspi') });
  expect(readFileSync(file, 'utf8')).toBe('# mine\nAGENT_NAME=raspi\n\nAGENT_ID=pi\n');

  const announced = () =>
    JSON.parse(topics.get('homeassistant/device/infra-monitor_pi/pi/config') ?? '{}') as Announcement;
  const before = announced();
  const adopted = await running({ ...settings, AGENT_NAME: 'raspi', AGENT_ID: 'pi', SITE: 'Lake' });
  await until('the new name', () => announced().device?.name === 'raspi');
  const ids = ({ components = {} }: Announcement) =>
    Object.entries(components).map(([key, { unique_id, default_entity_id }]) => [key, unique_id, default_entity_id]);
  expect(ids(announced())).toEqual(ids(before));
  expect(announced().device?.identifiers).toEqual(before.device?.identifiers);
  await until('the site', () => adopted.output().includes('SITE was Berlin and is Lake now'));
});

test('a second machine with the name of an agent is told so, in whatever capitals, and by check before it begins', async () => {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL, ...quiet, AGENT_NAME: 'broker' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt'), ...quiet };
  const { see } = await observe(settings.MQTT_URL, { protocolVersion: 4 });
  const here = { ...settings, ...machine(), AGENT_NAME: 'Nas' };
  await running(here);
  await see('infra-monitor/nas/problems');
  const elsewhere = { HOST_ROOT: tree({ 'root/etc/machine-id': 'f'.repeat(32) }).host() };
  const advice = /agent nas is from another machine.*AGENT_NAME/;
  expect((await run(here, 'check')).output).not.toContain('another machine');
  expect((await run({ ...settings, ...elsewhere, AGENT_NAME: 'nas' }, 'check')).output).toMatch(advice);
  expect((await run({ ...settings, ...elsewhere, AGENT_NAME: 'nas', AGENT_LANGUAGE: 'de' }, 'check')).output).toMatch(
    /Agenten nas hat, stammt von einem anderen Rechner/,
  );
  const second = await running({ ...settings, ...elsewhere, AGENT_NAME: 'NAS' });
  await until('advice', () => advice.test(second.output()));
});

interface Announcement {
  device?: { name?: string; identifiers?: unknown };
  components?: Record<string, { unique_id?: string; default_entity_id?: string }>;
}
