import { expect, onTestFinished, test } from 'vitest';
import { missingComparisonNote, restoreMemoriesAndProblems } from '../../src/cli/restore-memories-and-problems.ts';
import { englishCheckAndOnceTexts } from '../../src/cli/texts/english.ts';
import { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { connectTemporarily } from '../../src/mqtt/connect-temporarily.ts';
import { mqttSettingsSchema } from '../../src/mqtt/settings.ts';
import { startBroker } from '../helpers/broker.ts';
import { run } from '../helpers/cli.ts';
import { observe } from '../helpers/observer.ts';
import { freePort } from '../helpers/ports.ts';
import { agent } from '../helpers/sample-collector.ts';
import { tree } from '../helpers/tree.ts';

test('with the embedded broker, the note says whose broker it is', () => {
  const note = (MQTT_URL: string) =>
    missingComparisonNote('unknown', mqttSettingsSchema.parse({ MQTT_URL }), englishCheckAndOnceTexts);
  expect(note('embedded://127.0.0.1')).toMatch(/^the agent’s own broker, which forgets everything/);
  expect(note('mqtt://nas')).toContain('no broker could be asked');
});

test('once and check start from what the agent has published', async () => {
  const { url } = await startBroker();
  const settings = {
    MQTT_URL: url,
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
    HOST_SYS: '/none',
  };
  const oneLook = 'the broker has no earlier list of problems';
  expect((await run(settings, 'once')).output).toContain(oneLook);
  expect(JSON.parse((await run(settings, 'once', '--json')).output)[0]).toMatchObject({ comparedWithEarlier: false });
  const problem = (id: string, more: object) => ({
    id,
    cause: id,
    place: 'device',
    certain: true,
    since: '2026-01-02T03:04:05.000Z',
    ...more,
  });
  const reboot = problem('host/testling/reboot_required', {
    subject: 'testling',
    severity: 'notice',
    text: 'a reboot was required',
  });
  const gone = problem('nvme/s4ev/missing', {
    subject: 'testling Samsung',
    severity: 'outage',
    text: 'no longer present',
    serial_number: 'S4EV',
  });
  const observer = await observe(url, { protocolVersion: 4 });
  await observer.client.publishAsync(
    'infra-monitor/testling/problems',
    JSON.stringify({ worst: 'outage', count: 1, reason: null, problems: [gone, reboot] }),
    { retain: true },
  );
  const { output } = await run(settings, 'once');
  expect(output).toMatch(
    /^Problems\n {2}outage: testling Samsung \(S4EV\): no longer present\n[\s\S]*^ {2}notice: testling: a reboot was required$/m,
  );
  expect(output).not.toContain(oneLook);
  const statuses = JSON.parse((await run(settings, 'once', '--json')).output) as { collector: string }[];
  const of = (id: string) => statuses.find(({ collector }) => collector === id);
  expect(of('nvme')).toMatchObject({ problems: [{ id: gone.id, since: gone.since }], comparedWithEarlier: true });
  expect(of('host')).toMatchObject({ problems: expect.arrayContaining([expect.objectContaining({ id: reboot.id })]) });
  const checked = (await run(settings, 'check')).output;
  expect(checked).toContain('! outage: testling Samsung (S4EV): no longer present');
  expect(checked).not.toContain(oneLook);
});

test('an earlier list of one identity is not one of all', async () => {
  const { settings } = await startBroker();
  const connection = await connectTemporarily(settings, agent);
  onTestFinished(() => connection.close());
  const identityOf = (id: string) => ({ agent: { ...agent, id }, collectors: new Set<string>(), shared: false });
  const restored = (...ids: string[]) =>
    restoreMemoriesAndProblems(connection, ids.map(identityOf), new MutableAgentState(''));
  await connection.publish('infra-monitor/sites/problems', '{"worst":null,"count":0,"reason":null,"problems":[]}');
  expect(await restored('sites')).toBe('restored');
  expect(await restored('nas', 'sites')).toBe('none');
  expect(await restoreMemoriesAndProblems(undefined, [], new MutableAgentState(''))).toBe('unknown');
});

test('where the broker cannot be reached, an earlier list and the agent’s connection are unknown', async () => {
  const settings = { MQTT_URL: `mqtt://127.0.0.1:${await freePort()}`, HOST_SCHEDULE: 'off', ROUTER_SCHEDULE: 'off' };
  const unknown = 'it is unknown whether there is an earlier list of problems, because no broker could be asked';
  const { output } = await run(settings, 'once');
  expect(output).toContain(`  ${unknown}`);
  expect(output).toMatch(/^Broker: .*ECONNREFUSED/m);
  expect(output).not.toContain('the broker has no earlier list');
  expect(output).not.toContain('Agent connected');
  expect((await run(settings, 'check')).output).toContain(`– Problems: ${unknown}`);
  const { url } = await startBroker();
  const statuses = JSON.parse((await run({ ...settings, MQTT_URL: url }, 'once', '--json')).output) as {
    collector: string;
    devices: { values: object }[];
  }[];
  expect(statuses.find(({ collector }) => collector === 'agent')?.devices[0]?.values).toMatchObject({
    // The command is connected; whether the agent is, it does not know.
    agent_connected: { value: null },
  });
});
