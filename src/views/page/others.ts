import type { Declaration } from '../../model/collector.ts';
import type { Lab } from '../../model/lab.ts';
import { type AnyMetric, isPlainNumber, type Value, type Versions } from '../../model/metric.ts';
import type { Agent } from '../../model/state.ts';
import { offline, online } from '../availability.ts';
import type { Section, Shown, Thing } from './thing.ts';
import { words } from './words.ts';

function parse(payload: string): Record<string, unknown> {
  try {
    const content: unknown = JSON.parse(payload);
    return typeof content === 'object' && content !== null ? (content as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

const isVersions = (value: unknown): value is Versions =>
  typeof value === 'object' && value !== null && 'installed' in value && 'latest' in value && typeof value.installed === 'string' && typeof value.latest === 'string';

/** Back from what a topic says to what was read: `null` for what this version of the agent would not say. */
function asRead({ kind }: AnyMetric, value: unknown): Value {
  switch (kind) {
    case 'gauge':
    case 'counter':
      return typeof value === 'number' ? value : null;
    case 'flag':
      return value === 'ON' ? true : value === 'OFF' ? false : null;
    case 'instant':
      return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? value : null;
    case 'version':
      return isVersions(value) ? value : null;
    case 'choice':
    case 'text':
      return typeof value === 'string' ? value : null;
  }
}

function thing(agent: string, { id, title, metrics }: Declaration, device: string, payload: string, isLost: boolean, now: Date): Thing {
  const told = parse(payload);
  const [table = {}] = Object.values(metrics);
  const shown = Object.entries(table).flatMap(([key, metric]): { metric: AnyMetric; shown: Shown }[] => {
    const value = asRead(metric, told[key]);
    return metric.enabled === false || value === null ? [] : [{ metric, shown: { name: metric.name, value: words(metric, value, now) } }];
  });
  const name = device === agent || device === id ? title : `${title} ${device}`;
  return {
    id: `${agent}/${id}/${device}`,
    name,
    fullName: `${agent}: ${name}`,
    about: isLost ? 'can’t be read now: this is how it was' : '',
    wrong: [],
    numbers: shown.flatMap(({ metric, shown }) => (isPlainNumber(metric) ? shown : [])),
    facts: shown.flatMap(({ metric, shown }) => (isPlainNumber(metric) ? [] : shown)),
    parts: [],
  };
}

/** What the other agents of the lab last said of their devices, without their parts; what is wrong with them is said of their site. */
export function others(catalogue: readonly Declaration[], self: Agent, { topics, silent }: Pick<Lab, 'topics' | 'silent'>, now: Date): Section[] {
  const own = new Set([self.id, ...catalogue.filter(({ ofLab }) => ofLab).map(({ id }) => id)]);
  const agents = [...topics].flatMap(([path, payload]) => {
    const [agent = '', last, more] = path.split('/');
    return last === 'status' && more === undefined && !own.has(agent) ? [{ agent, isOnline: payload === online && !silent.has(agent) }] : [];
  });
  return agents
    .sort((a, b) => a.agent.localeCompare(b.agent))
    .map(({ agent, isOnline }) => ({
      id: `lab/${agent}`,
      title: agent,
      wrong: [],
      failing: !isOnline,
      note: isOnline ? 'online' : 'lost: this is how it was',
      things: catalogue.flatMap((declaration) =>
        [...topics].flatMap(([path, payload]) => {
          const [by, collector, device, more] = path.split('/');
          if (by !== agent || collector !== declaration.id || device === undefined || more !== undefined || payload === '') return [];
          return thing(agent, declaration, device, payload, topics.get(`${path}/availability`) === offline, now);
        }),
      ),
    }));
}
