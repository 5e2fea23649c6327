import * as z from 'zod/mini';
import type { Lab } from '../../model/lab.ts';
import { bridges, slug } from '../../model/naming.ts';

/** An agent as its topics tell of it; one once seen stays until its topics are removed. */
export interface AgentSeen {
  id: string;
  /** As the agent writes it. */
  site: string | undefined;
  online: boolean;
}

/** What one agent sees of a router: its own, or that of another site, which then has the site's name. */
export interface RouterSeen {
  /** Slug of its name or serial number. */
  device: string;
  by: string;
  reachable: boolean;
}

/** Something that an agent watches and that is not well, in words. */
export interface Trouble {
  by: string;
  /** Slug of the device. */
  device: string;
  words: string;
}

export interface Survey {
  agents: AgentSeen[];
  routers: RouterSeen[];
  /** Is the bridge from the site up, by the site's slug? */
  bridges: ReadonlyMap<string, boolean>;
  troubles: Trouble[];
}

/** As much as matters here of what agents say of their devices. */
const said = z.object({
  site: z.nullish(z.string()),
  problem: z.nullish(z.string()),
  problem_reason: z.nullish(z.string()),
  reachable: z.nullish(z.string()),
  wan: z.nullish(z.string()),
});
type Said = z.output<typeof said>;

function parse(payload: string): Said {
  try {
    return said.safeParse(JSON.parse(payload)).data ?? {};
  } catch {
    return {};
  }
}

function troubleOf({ problem, problem_reason: reason, reachable, wan }: Said): string | undefined {
  if (reachable === 'OFF') return 'does not answer';
  if (problem === 'ON') return reason ?? 'has a problem';
  return wan === 'OFF' ? 'is not connected to the internet' : undefined;
}

const nameOf = (collector: string, device: string) => (device === collector ? device : `${collector} ${device}`);

/** All that is said on the broker, by who says it. `own`: the id under which the watch itself speaks; `self`: its agent,
 * which lives, whatever its topic says. */
export function survey({ topics, silent }: Pick<Lab, 'topics' | 'silent'>, own: string, self?: string): Survey {
  const agents: AgentSeen[] = [];
  const routers: RouterSeen[] = [];
  const bridged = new Map<string, boolean>();
  const troubles: Trouble[] = [];
  for (const [path, payload] of topics) {
    const [by = '', collector = '', device = '', more] = path.split('/');
    if (by === bridges) bridged.set(slug(collector), payload === '1');
    if (by === bridges || by === own) continue;
    if (collector === 'status') {
      agents.push({ id: by, site: parse(topics.get(`${by}/agent/${by}`) ?? '').site ?? undefined, online: by === self || (payload === 'online' && !silent.has(by)) });
    } else if (more === undefined && topics.get(`${path}/availability`) === 'online') {
      const told = parse(payload);
      if (collector === 'router' && typeof told.reachable === 'string') routers.push({ device, by, reachable: told.reachable === 'ON' });
      const words = troubleOf(told);
      if (words !== undefined) troubles.push({ by, device, words: `${nameOf(collector, device)}: ${words}` });
    } else if (more === 'availability' && payload === 'offline') {
      troubles.push({ by, device, words: `${nameOf(collector, device)}: can’t be read` });
    }
  }
  return { agents, routers, bridges: bridged, troubles };
}
