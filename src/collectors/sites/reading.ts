/** Why a site is as it is, the worst first.
 * router_unreachable: its router does not answer agents at other sites. bridge_down: its broker's bridge to ours is down.
 * silent: no agent of several answers, and nothing tells why. agent_lost: one or more do not answer, while the site does.
 * problem: something that an agent there watches is not well. */
export const siteCauses = ['router_unreachable', 'bridge_down', 'silent', 'agent_lost', 'problem', 'well'] as const;
export type SiteCause = (typeof siteCauses)[number];

export interface SiteReading {
  /** Its router or any of its agents answers. */
  online: boolean;
  expected: number;
  /** Undefined while nobody can know, because the site can't be reached. */
  lost: number | undefined;
  cause: SiteCause;
  /** The worst problem, in words. */
  text: string;
  /** When the cause came. */
  since: Date;
}

export interface SiteAgentReading {
  /** Undefined while nobody can know. */
  online: boolean | undefined;
  text: string;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type SitesReadings = { site: SiteReading; agent: SiteAgentReading };
