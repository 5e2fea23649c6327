import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Topics } from '../../../src/model/topics.ts';
import { retainedInState } from '../../helpers/lab.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { patience } from '../../helpers/patience.ts';
import { freePort } from '../../helpers/ports.ts';
import { agent as sampleAgent } from '../../helpers/sample-collector.ts';
import { situations, stateAfter } from '../../helpers/situations/index.ts';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import { Dashboard, listInTopic } from './dashboard.ts';
import { HomeAssistant } from './home-assistant.ts';
import { stage } from './stage.ts';

async function listen(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

const closed = (server: Server) => new Promise((resolve) => server.close(resolve));

test('what is wrong: on with the reason and since when, also over a restart of the agent, and off again', async () => {
  const first = await listen();
  const settings = { PING_TARGETS: `shop=tcp://127.0.0.1:${first.port}`, ROUTER_SCHEDULE: '* * * * * *' };
  const { homeAssistant, observer, agent, startAgent } = await stage(settings);
  const ofTarget = (problems: unknown) =>
    (problems as { id: string }[]).find(({ id }) => id === 'router/shop/unreachable') as
      | Record<string, unknown>
      | undefined;
  const shown = async () => {
    const states = await homeAssistant.states();
    const [problem, reason, count] = [
      'binary_sensor.testling_problem',
      'sensor.testling_problem_reason',
      'sensor.testling_problems',
    ].map((id) => states.get(id));
    return { problem, reason, count, target: ofTarget(problem?.attributes.problems ?? []) };
  };
  await until('the list', async () => (await shown()).problem?.attributes.problems !== undefined, 60);
  const before = await shown();
  expect(before.target).toBeUndefined();

  await closed(first.server);
  const wrong = await until(
    'the problem',
    async () => {
      const now = await shown();
      return now.target !== undefined && now;
    },
    30,
  );
  expect(wrong.problem?.state).toBe('on');
  expect(wrong.problem?.attributes).toMatchObject({ device_class: 'problem', worst: 'outage' });
  expect(wrong.problem?.attributes).not.toHaveProperty('told');
  expect(wrong.target).toMatchObject({
    subject: 'testling shop',
    severity: 'outage',
    text: 'does not answer',
    certain: true,
  });
  expect(Number(wrong.count?.state)).toBe(Number(before.count?.state) + 1);
  expect(wrong.reason?.state).not.toBe('none');

  await agent.stop();
  startAgent();
  const again = await until(
    'the problem after the restart',
    async () => {
      const now = await shown();
      return now.problem?.state === 'on' && now.target?.certain === true && now;
    },
    30,
  );
  expect(again.target).toEqual(wrong.target);

  await listen(first.port);
  await until('the end', async () => (await shown()).target === undefined, 30);
  expect(JSON.parse(observer.topics.get('infra-monitor/testling/problems') ?? '{}').problems).toEqual(
    (await shown()).problem?.attributes.problems,
  );
});

test('the dashboard shows the texts of the topic', async () => {
  const port = await freePort();
  const { homeAssistant, observer, mosquitto } = await stage({
    PING_TARGETS: `shop=tcp://127.0.0.1:${port},*odd*=tcp://127.0.0.1:${port}`,
    ROUTER_SCHEDULE: '* * * * * *',
    HA_BASE_URL: `http://127.0.0.1:${port}`,
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
  });
  const listed = () => listInTopic(observer.topics.get('infra-monitor/testling/problems'));
  await until('four problems', () => listed().rows.length >= 4, 60);
  const dashboard = await Dashboard.ofBroker(homeAssistant, mosquitto.url);
  await dashboard.open('lab');
  const hasAll = async () => (await dashboard.list()).rows.length === listed().rows.length;
  await until('the list on the dashboard', hasAll, 90);
  expect(await dashboard.list()).toEqual(listed());
});

test('the dashboard shows in each situation what the topic of its agent says', {
  timeout: 300_000 * patience,
}, async () => {
  const mosquitto = await startMosquitto();
  const observer = await observe(mosquitto.url);
  const lab = Object.entries(situations).map(([situation, { readings, wrong }], index) => {
    const [id, name] = [`s${index}`, `Machine ${index}`];
    const itself = [{ table: 'agent', device: { id, name }, reading: {} }];
    return {
      situation,
      agent: { ...sampleAgent, id, name },
      state: stateAfter({ ...readings, agent: [itself] }),
      wrong,
    };
  });
  for (const { agent, state } of lab)
    for (const [topic, payload] of retainedInState(agent, state))
      await observer.client.publishAsync(topic, payload, { retain: true, qos: 1 });
  const homeAssistant = await HomeAssistant.start(mosquitto.port);
  const dashboard = await Dashboard.ofBroker(homeAssistant, mosquitto.url);
  const knowsAll = async () => {
    const lists = [...(await homeAssistant.states()).values()].filter(({ attributes }) => 'problems' in attributes);
    return lists.length === lab.length;
  };
  await until('every list is in Home Assistant', knowsAll, 60);
  for (const { situation, agent, wrong } of lab) {
    const listed = listInTopic(observer.topics.get(new Topics(agent).problems));
    const said = listed.rows.map(({ text }) => text);
    expect.soft(said, situation).toEqual(wrong);
    await dashboard.open(`infra-monitor-${agent.id}-${agent.id}`);
    await until(`the page of ${agent.name}`, async () => (await dashboard.title()) === agent.name, 60);
    await until('its list', async () => (await dashboard.list()).summary !== '', 60);
    expect.soft(await dashboard.list(), situation).toEqual(listed);
  }
});
