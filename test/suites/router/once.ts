import { until } from '../../helpers/until.ts';
import type { Home } from './home.ts';

interface Thing {
  name: string;
  available: boolean;
  error?: string;
  values: Record<string, { value: number | boolean | string | null }>;
}

/** What the agent in the home reads of routers and targets, by name. */
export async function once(
  home: Home,
  settings: Record<string, string>,
  before: readonly string[] = [],
): Promise<Map<string, Thing>> {
  const agent = home.agent(settings, ['once', '--json'], before);
  await until('once', () => agent.child.exitCode !== null, 60);
  const [{ devices }] = JSON.parse(agent.output().slice(agent.output().indexOf('[')));
  return new Map((devices as Thing[]).map((thing) => [thing.name.replace('testling ', ''), thing] as const));
}
