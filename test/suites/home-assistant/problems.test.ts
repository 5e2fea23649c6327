import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { formatProblem } from '../../../src/views/problem-groups.ts';
import { parseProblemsPayload } from '../../../src/views/problems-payload.ts';
import { startAgent as startCommand } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import { chromiumArguments } from '../page/browser.ts';
import type { HomeAssistant } from './home-assistant.ts';
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

/** Gives Home Assistant its frontend with this dashboard; what says where it listens stays. */
async function showDashboard(homeAssistant: HomeAssistant, dashboard: string): Promise<void> {
  const file = join(homeAssistant.folder, 'configuration.yaml');
  writeFileSync(join(homeAssistant.folder, 'lab.yaml'), dashboard);
  const lines = [
    'frontend:',
    'lovelace:',
    '  dashboards:',
    '    infra-lab: {mode: yaml, filename: lab.yaml, title: Lab}',
  ];
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${lines.join('\n')}\n`);
  await homeAssistant.restart();
}

/** The rows of the list on the dashboard's first view, as Chromium shows them, without times and what to do. */
async function readDashboard({ port, token }: HomeAssistant, count: number): Promise<string[]> {
  const url = `http://127.0.0.1:${port}`;
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumArguments });
  onTestFinished(() => browser.close());
  const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
  const tokens = {
    hassUrl: url,
    clientId: `${url}/`,
    access_token: token,
    refresh_token: '',
    token_type: 'Bearer',
    expires_in: 86_400,
    expires: Date.now() + 86_400_000,
  };
  await context.addInitScript(`localStorage.setItem('hassTokens', ${JSON.stringify(JSON.stringify(tokens))})`);
  const page = await context.newPage();
  await page.goto(`${url}/infra-lab/lab`);
  const rows = page.locator('hui-markdown-card').first().locator('li');
  return until(
    'the list on the dashboard',
    async () => {
      const texts = await rows.allInnerTexts();
      return texts.length === count && texts.map((text) => text.trim().replace(/, (?:for|at least since) .*$/s, ''));
    },
    90,
  );
}

test('the dashboard shows the texts of the topic', async () => {
  const port = await freePort();
  const { homeAssistant, observer, mosquitto } = await stage({
    PING_TARGETS: `shop=tcp://127.0.0.1:${port},*odd*=tcp://127.0.0.1:${port}`,
    ROUTER_SCHEDULE: '* * * * * *',
    HA_BASE_URL: `http://127.0.0.1:${port}`,
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
  });
  const listed = () =>
    parseProblemsPayload(observer.topics.get('infra-monitor/testling/problems') ?? '')?.problems.filter(
      ({ explained_by: explanation }) => explanation === undefined,
    ) ?? [];
  await until('four problems', () => listed().length >= 4, 60);
  const command = startCommand({ MQTT_URL: mosquitto.url }, ['dashboard']);
  expect(await command.ended, command.output()).toBe(0);
  await showDashboard(homeAssistant, command.output());
  const shown = await readDashboard(homeAssistant, listed().length);
  expect(shown.toSorted()).toEqual(listed().map(formatProblem).sort());
});
