import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { until } from '../../helpers/until.ts';
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
