import type { TranslatableText } from '../../model/translation.ts';
import type { SitesTexts } from './texts.ts';

/** Causes of a site's state, the worst first. router_unreachable: its router does not answer agents at other sites.
 * bridge_down: the bridge from its broker is down. silent: none of its several agents answers, and the reason is
 * unknown. agent_lost: some agents do not answer, or all of them although the router does. problem: an agent there
 * reports a problem. unknown: an agent there does not say what is wrong. */
export const siteStateCauses = [
  'router_unreachable',
  'bridge_down',
  'silent',
  'agent_lost',
  'problem',
  'unknown',
  'well',
] as const;
export type SiteStateCause = (typeof siteStateCauses)[number];

export interface SiteReading {
  /** Whether its router or any of its agents answers. */
  online: boolean;
  expected: number;
  /** Undefined while it is unknown, because the site can't be reached. */
  lost: number | undefined;
  /** Of the lost agents, if they are the cause. */
  lostIds?: readonly string[];
  cause: SiteStateCause;
  /** Describes what none of its agents can say; undefined if there is nothing of the kind. */
  outage?: TranslatableText<SitesTexts> | undefined;
  /** Describes the worst problem, whoever says it. */
  text: TranslatableText<SitesTexts>;
  /** Since when the cause has been the same. */
  since: Date;
}

export interface SiteAgentReading {
  /** Undefined while it is unknown, because the site can't be reached. */
  online: boolean | undefined;
  text: TranslatableText<SitesTexts>;
}

/** The reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type SitesReadingByTable = { site: SiteReading; agent: SiteAgentReading };
