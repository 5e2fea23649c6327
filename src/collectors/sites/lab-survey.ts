import * as z from 'zod/mini';
import type { AgentDirectory } from '../../model/agent-directory.ts';
import { bridgeTopicLevel, slug } from '../../model/naming.ts';

/** An agent as its topics tell of it; one once seen stays until its topics are removed. */
export interface SeenAgent {
  id: string;
  /** As the agent writes it. */
  site: string | undefined;
  online: boolean;
}

/** What one agent sees of a router: its own, or that of another site, which then has the site's name. */
export interface SeenRouter {
  /** Slug of its name or serial number. */
  device: string;
  by: string;
  reachable: boolean;
}

/** Something that an agent watches and that is not well, in words. */
export interface ReportedProblem {
  by: string;
  /** Slug of the device. */
  device: string;
  text: string;
}

export interface LabSurvey {
  agents: SeenAgent[];
  routers: SeenRouter[];
  /** Is the bridge from the site up, by the site's slug? */
  bridges: ReadonlyMap<string, boolean>;
  problems: ReportedProblem[];
}

/** As much as matters here of what agents say of their devices. */
const payloadSchema = z.object({
  site: z.nullish(z.string()),
  problem: z.nullish(z.string()),
  problem_reason: z.nullish(z.string()),
  reachable: z.nullish(z.string()),
  wan: z.nullish(z.string()),
});
type PayloadFields = z.output<typeof payloadSchema>;

function parse(payload: string): PayloadFields {
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

/** All that is said on the broker, by who says it. `own`: the id under which the watch itself speaks; `self`: its agent,
 * which lives, whatever its topic says. */
export function surveyLab(
  { topics, unresponsive }: Pick<AgentDirectory, 'topics' | 'unresponsive'>,
  own: string,
  self?: string,
): LabSurvey {
  const agents: SeenAgent[] = [];
  const routers: SeenRouter[] = [];
  const bridged = new Map<string, boolean>();
  const problems: ReportedProblem[] = [];
  for (const [path, payload] of topics) {
    const [by = '', collector = '', device = '', more] = path.split('/');
    if (by === bridgeTopicLevel) bridged.set(slug(collector), payload === '1');
    if (by === bridgeTopicLevel || by === own) continue;
    if (collector === 'status') {
      agents.push({
        id: by,
        site: parse(topics.get(`${by}/agent/${by}`) ?? '').site ?? undefined,
        online: by === self || (payload === 'online' && !unresponsive.has(by)),
      });
    } else if (more === undefined && topics.get(`${path}/availability`) === 'online') {
      const payloadFields = parse(payload);
      if (collector === 'router' && typeof payloadFields.reachable === 'string')
        routers.push({ device, by, reachable: payloadFields.reachable === 'ON' });
      const text = problemText(payloadFields);
      if (text !== undefined) problems.push({ by, device, text: `${nameOf(collector, device)}: ${text}` });
    } else if (more === 'availability' && payload === 'offline') {
      problems.push({ by, device, text: `${nameOf(collector, device)}: can’t be read` });
    }
  }
  return { agents, routers, bridges: bridged, problems };
}
