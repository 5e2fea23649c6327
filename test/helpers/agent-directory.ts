import type { AgentDirectory } from '../../src/model/agent-directory.ts';
import { Topics } from '../../src/model/topics.ts';
import { AgentReports } from '../../src/mqtt/agent-reports.ts';
import type { PublishedProblem } from '../../src/views/problems-payload.ts';
import { agent } from './sample-collector.ts';

/** What is known after these messages, by their topic below the base topic, which can go on changing. */
export class DirectoryOfTopics implements AgentDirectory {
  readonly #topics = new Topics(agent);
  readonly #reports = new AgentReports();
  readonly #unresponsive: ReadonlySet<string>;
  readonly bridges = this.#reports.bridges;
  readonly loaded = Promise.resolve();
  isCurrent = true;

  constructor(messages: Iterable<readonly [path: string, payload: string]>, unresponsive: readonly string[] = []) {
    this.#unresponsive = new Set(unresponsive);
    for (const [path, payload] of messages) this.say(path, payload, true);
  }

  get agents() {
    return this.#reports.agents(this.#unresponsive);
  }

  say(path: string, payload: string, isRetained = false): void {
    const topic = this.#topics.parse(`infra-monitor/${path}`);
    if (topic === undefined) throw new Error(`${path} is no topic`);
    this.#reports.take(topic, payload, isRetained);
  }
}

/** A problem as an agent publishes it. */
export const problem = (id: string, changes: Partial<PublishedProblem> = {}): PublishedProblem => ({
  id,
  cause: id,
  place: 'device',
  subject: id,
  severity: 'degraded',
  text: 'is wrong',
  since: '2026-01-02T03:04:05.000Z',
  certain: true,
  ...changes,
});

/** An agent's list of problems. */
export const problemList = (...problems: PublishedProblem[]): string =>
  JSON.stringify({
    worst: problems[0]?.severity ?? null,
    count: problems.filter(({ explained_by: explainedBy }) => explainedBy === undefined).length,
    reason: problems[0]?.text ?? null,
    problems,
    told: [],
  });
