import { onTestFinished, vi } from 'vitest';
import { loadCheckAndOnceLanguage } from '../../src/cli/load-language.ts';
import { problemLinesFromState } from '../../src/cli/problem-lines.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import { createApiRoutes } from '../../src/http/api-routes.ts';
import { createLivePageRoutes } from '../../src/http/page-routes.ts';
import { startStatusServer } from '../../src/http/server.ts';
import type { MutableAgentState } from '../../src/loop/mutable-agent-state.ts';
import { RecentMetricHistory } from '../../src/loop/recent-metric-history.ts';
import { runStepsAtOnce } from '../../src/model/event-loop-turns.ts';
import { Secret } from '../../src/model/secret.ts';
import type { AgentIdentity } from '../../src/model/state.ts';
import { startNotifications } from '../../src/notify/index.ts';
import { english } from '../../src/views/language.ts';
import { html } from '../../src/views/page/html.ts';
import { buildOtherAgentSections } from '../../src/views/page/other-agents.ts';
import { formatProblem } from '../../src/views/problem-groups.ts';
import { parseProblemsPayload, problemsPayload } from '../../src/views/problems-payload.ts';
import { DirectoryOfTopics } from './agent-directory.ts';
import { keptLog } from './conversation.ts';
import { startNotificationServer } from './notification-server.ts';
import { until } from './until.ts';

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };
const unescaped = (html: string) =>
  html.replaceAll(/<[^>]*>/g, '').replaceAll(/&(\w+|#39);/g, (_, name: string) => entities[name] ?? '');

const link = /<a [^>]*>(.*?)<\/a>: /;

/** The problems on a page: those that explain themselves, and those that they explain. */
function problemsOfPage(page: string) {
  const items = [...page.matchAll(/<li class="(\w+)">(.*?)<\/li>/g)];
  const own = items.map(([, severity, item = '']) => {
    const [, subject = '', text = ''] = new RegExp(`${link.source}(.*?), for <time`).exec(item) ?? [];
    return `${severity} ${unescaped(subject)}: ${unescaped(text)}`;
  });
  const explained = [...page.matchAll(/<p class="also">(.*?)<\/p>/g)].map(([, item = '']) => {
    const [, subject = ''] = link.exec(item) ?? [];
    return `${unescaped(subject)}: ${unescaped(item.replace(link, ''))}`;
  });
  return { own, explained };
}

const words = (severity: string) => severity.replaceAll(' ', '_');

interface HealthProblem {
  severity: string;
  subject: string;
  text: string;
  certain: boolean;
  explainedBy?: string;
}

/** The list that the agent publishes. */
function problemsOfTopic(agent: AgentIdentity, state: MutableAgentState) {
  const { problems = [] } = parseProblemsPayload(problemsPayload(allCollectors, agent, state) ?? '') ?? {};
  const own = problems.filter(({ explained_by: explanation }) => explanation === undefined);
  return {
    own: own.map((problem) => `${problem.severity} ${formatProblem(problem)}`),
    explained: problems.filter((problem) => !own.includes(problem)).map((one) => formatProblem(one)),
  };
}

/** The problems of the agent on the page of another one, which has only its topics. */
function problemsOnLabPage(agent: AgentIdentity, state: MutableAgentState): string[] {
  const payload = problemsPayload(allCollectors, agent, state) ?? '';
  const { agents } = new DirectoryOfTopics([
    [`${agent.id}/status`, 'online'],
    [`${agent.id}/problems`, payload],
  ]);
  const context = { language: english, now: new Date() };
  const [section] = runStepsAtOnce(buildOtherAgentSections(allCollectors, { ...agent, id: 'other' }, agents, context));
  return (section?.problems ?? []).map(({ text }) => {
    const [, severity = '', problem = ''] = /^<strong>(.*?)<\/strong> (.*?), for /.exec(html`${text}`.text) ?? [];
    return `${words(severity)} ${unescaped(problem)}`;
  });
}

/** What each outlet says is wrong: the page and `/health/` of a real server, the topic, the page of another agent, a
 * real webhook, and the lines of `once`. */
export async function readOutlets(agent: AgentIdentity, state: MutableAgentState) {
  const context = { catalogue: allCollectors, agent, state, history: new RecentMetricHistory() };
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    new Map([...createLivePageRoutes(context).routes, ...createApiRoutes(allCollectors, agent, state)]),
    { agent: agent.name, site: agent.site ?? null },
  );
  onTestFinished(() => server.close());
  const page = problemsOfPage(await (await fetch(server.url)).text());
  const { problems } = (await (await fetch(`${server.url}/health/`)).json()) as { problems: HealthProblem[] };
  const inHealth = (isExplained: boolean) =>
    problems
      .filter(({ explainedBy }) => (explainedBy !== undefined) === isExplained)
      .map(
        ({ severity, subject, text, certain }) =>
          `${isExplained ? '' : `${severity} `}${subject}: ${text}${certain ? '' : ' (last known)'}`,
      );
  const lines = problemLinesFromState(agent, state, await loadCheckAndOnceLanguage({ language: 'en' }));
  const once = {
    own: lines.flatMap((line) => {
      const [, severity, subject, text] = /^(\S[^:]*): (.*?)(?: \([A-Z\d:]+\))?: (.*)$/.exec(line) ?? [];
      return severity === undefined ? [] : [`${words(severity)} ${subject}: ${text}`];
    }),
    explained: lines.flatMap((line) => /^ {2}also affected: (.*)$/.exec(line)?.[1] ?? []),
  };
  return {
    page,
    health: { own: inHealth(false), explained: inHealth(true) },
    topic: problemsOfTopic(agent, state),
    once,
    labPage: problemsOnLabPage(agent, state),
    messages: await messagesOf(agent, state),
  };
}

/** The messages that a webhook gets of a state that lasts, and of a marker after them. */
async function messagesOf(agent: AgentIdentity, state: MutableAgentState) {
  const { url, received } = await startNotificationServer();
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date', 'performance'], now: Date.now() });
  const settings = { NOTIFY_FORMAT: 'json', NOTIFY_URL: { url: new Secret(url) } };
  const { close } = startNotifications(settings as never, allCollectors, agent, state, keptLog().log, {
    directory: undefined,
    isLeftToOthers: () => false,
    reported: () => undefined,
    ended: () => undefined,
  });
  try {
    vi.advanceTimersByTime(40_000);
    // Whatever is to come comes before the broker's end, which is told in order.
    const wasConnected = state.broker.connected;
    state.broker.connected = !wasConnected;
    vi.advanceTimersByTime(40_000);
    await until('the marker', () => received.some(({ body }) => String(body.subject).startsWith('Broker')));
    state.broker.connected = wasConnected;
  } finally {
    close();
    vi.useRealTimers();
  }
  return received
    .filter(({ body }) => body.kind === 'trouble' && !String(body.subject).startsWith('Broker'))
    .map(({ body }) => ({
      text: `${body.severity} ${body.subject}: ${body.what}`,
      affected: body.alsoAffected as string[],
    }));
}
