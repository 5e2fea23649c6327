import { createHash } from 'node:crypto';
import type { AgentIdentity } from './state.ts';

export const shortHash = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 6);

/** Slugs by their texts: those of a machine are the same in each reading. */
const known = new Map<string, string>();
const maxKnown = 500;

/** Lower-case letters, digits and underscores. A text with characters other than common separators, or a long one, gets
 * the suffix of a short hash, so that two such texts have different slugs. Two underscores follow each other only where
 * a long text was cut between words. */
export function slug(text: string): string {
  const before = known.get(text);
  if (before !== undefined) return before;
  if (known.size >= maxKnown) known.clear();
  const made = makeSlug(text);
  known.set(text, made);
  return made;
}

function makeSlug(text: string): string {
  const plain = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
  const isUnambiguous = /^[\w\s./:-]+$/.test(text) && plain !== '' && plain.length <= 60;
  return isUnambiguous ? plain : [plain.slice(0, 40), shortHash(text)].filter(Boolean).join('_');
}

const nodeId = ({ baseTopic, id }: Pick<AgentIdentity, 'baseTopic' | 'id'>) =>
  `${baseTopic.replaceAll(/[^\w-]/g, '_')}_${id}`;

/** The beginning of the entity ids that a device asks Home Assistant for. It does not change with the agent's name if
 * that has an id of its own (AGENT_ID). */
export function entityIdPrefix({ id, name }: Pick<AgentIdentity, 'id' | 'name'>, deviceName: string): string {
  const beginsWithName = deviceName === name || deviceName.startsWith(`${name} `);
  return slug(beginsWithName && id !== slug(name) ? `${id}${deviceName.slice(name.length)}` : deviceName);
}

/** Home Assistant's identifier of a device. */
export const deviceIdentifier = (agent: AgentIdentity, device: string) => `${nodeId(agent)}_${device}`;

/** Key of an entity in a device's discovery payload, joined with `-`, which no slug contains: `host-host-cpu`,
 * `host-filesystem_root-used`. */
export interface ComponentKey {
  collector: string;
  /** The table of metrics or actions. */
  table: string;
  /** Slug of the part, if the entity belongs to one. */
  part?: string;
  /** The key of a metric or action. */
  metric: string;
}

export const formatComponentKey = ({ collector, table, part, metric }: ComponentKey) =>
  [collector, part === undefined ? table : `${table}_${part}`, metric].join('-');

export function parseComponentKey(key: string): ComponentKey | undefined {
  const [, collector, table, part, metric] = /^([a-z]\w*)-([a-z]+)(?:_(\w+))?-(\w+)$/.exec(key) ?? [];
  if (collector === undefined || table === undefined || metric === undefined) return undefined;
  return { collector, table, ...(part === undefined ? {} : { part }), metric };
}

/** Must never change: Home Assistant's entity registry keeps it. */
export const entityUniqueId = (agent: AgentIdentity, device: string, key: string) =>
  `${deviceIdentifier(agent, device)}_${key}`;
