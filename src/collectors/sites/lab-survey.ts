import * as z from 'zod/mini';
import type { MirroredAgentTopics } from '../../model/mirrored-agent-topics.ts';
import { bridgeTopicLevel, slug } from '../../model/naming.ts';

/** An agent according to its topics. It remains until they are removed. */
export interface ReportedAgent {
  id: string;
  /** In the spelling of the agent. */
  site: string | undefined;
  online: boolean;
}

/** A router as one agent sees it: its own, or that of another site, which then has the name of the site. */
export interface ReportedRouter {
  /** Slug of its name or serial number. */
  device: string;
  /** Id of the agent. */
  by: string;
  reachable: boolean;
}

/** A problem of a device that an agent watches. */
export interface ReportedProblem {
  /** Id of the agent. */
  by: string;
  /** Slug of the device. */
  device: string;
  text: string;
}

export interface LabSurvey {
  agents: ReportedAgent[];
  routers: ReportedRouter[];
  /** Whether the bridge from a site is up, by the slug of the site. */
  bridges: ReadonlyMap<string, boolean>;
  problems: ReportedProblem[];
}

/** The fields of device payloads that matter here. */
const payloadSchema = z.object({
  site: z.nullish(z.string()),
  problem: z.nullish(z.string()),
  problem_reason: z.nullish(z.string()),
  reachable: z.nullish(z.string()),
  wan: z.nullish(z.string()),
});
type PayloadFields = z.output<typeof payloadSchema>;

function parsePayload(payload: string): PayloadFields {
  try {
    return payloadSchema.safeParse(JSON.parse(payload)).data ?? {};
  } catch {
    return {};
  }
}

function problemText({ problem, problem_reason: reason, reachable, wan }: PayloadFields): string | undefined {
  if (reachable === 'OFF') return 'does not answer';
  if (problem === 'ON') return reason ?? 'has a problem';
  return wan === 'OFF' ? 'is not connected to the internet' : undefined;
}

const nameOf = (collector: string, device: string) => (device === collector ? device : `${collector} ${device}`);

/** Sorts what the agents publish by its meaning. `ownId`: the id under which this collector publishes; `agentId`: its agent, which
 * is online whatever its topic says. */
export function labSurveyFromTopics(
  { topics, unresponsive }: Pick<MirroredAgentTopics, 'topics' | 'unresponsive'>,
  ownId: string,
  agentId?: string,
): LabSurvey {
  const agents: ReportedAgent[] = [];
  const routers: ReportedRouter[] = [];
  const bridges = new Map<string, boolean>();
  const problems: ReportedProblem[] = [];
  for (const [path, payload] of topics) {
    const [by = '', collector = '', device = '', suffix] = path.split('/');
    if (by === bridgeTopicLevel) bridges.set(slug(collector), payload === '1');
    if (by === bridgeTopicLevel || by === ownId) continue;
    if (collector === 'status') {
      agents.push({
        id: by,
        site: parsePayload(topics.get(`${by}/agent/${by}`) ?? '').site ?? undefined,
        online: by === agentId || (payload === 'online' && !unresponsive.has(by)),
      });
    } else if (suffix === undefined && topics.get(`${path}/availability`) === 'online') {
      const fields = parsePayload(payload);
      if (collector === 'router' && typeof fields.reachable === 'string')
        routers.push({ device, by, reachable: fields.reachable === 'ON' });
      const text = problemText(fields);
      if (text !== undefined) problems.push({ by, device, text: `${nameOf(collector, device)}: ${text}` });
    } else if (suffix === 'availability' && payload === 'offline') {
      problems.push({ by, device, text: `${nameOf(collector, device)}: can’t be read` });
    }
  }
  return { agents, routers, bridges, problems };
}
