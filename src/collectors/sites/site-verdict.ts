import type { AgentDirectory, ReportedAgent } from '../../model/agent-directory.ts';
import { groupBy } from '../../model/group-by.ts';
import { SiteSpellings } from '../../model/site-spellings.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { TranslatableText } from '../../model/translation.ts';
import type { SiteAgentReading, SiteReading, SiteStateCause } from './reading.ts';
import { bridgesBySite, createSiteKeyOfSlug, type SiteKeyOfSlug, siteKey } from './site-keys.ts';
import {
  type AgentReportedProblem,
  type DescribedProblem,
  describeWorstProblemAndCount,
  problemsReportedByAgents,
} from './site-problems.ts';
import { type SitesTexts, sitesTexts } from './texts.ts';

/** What is wrong with a site that none of its agents can say. */
interface SiteOutage {
  cause: SiteStateCause;
  text: TranslatableText<SitesTexts>;
  /** The state of the agents is unknown. */
  isHidden?: true;
}

export interface SiteVerdict {
  /** Undefined for the agents that name no site. */
  site: string | undefined;
  reading: Omit<SiteReading, 'since'>;
  agents: (SiteAgentReading & { id: string; name: string })[];
}

interface SiteAgents {
  site: string | undefined;
  key: string;
  agents: ReportedAgent[];
}

const groupBySite = (agents: readonly ReportedAgent[]): SiteAgents[] =>
  [...groupBy(agents, ({ site }) => siteKey(site))].map(([key, ofSite]) => ({
    site: ofSite[0]?.site,
    key,
    agents: ofSite,
  }));

/** How an agent sees the router of another site. */
interface RouterView {
  /** Name of the agent. */
  by: string;
  isReachable: boolean;
}

/** How agents see the routers of other sites, by the key of the site: an agent watches such a router under the site's
 * name. */
function viewsOfRouters(agents: readonly ReportedAgent[], keyOfSlug: SiteKeyOfSlug): ReadonlyMap<string, RouterView[]> {
  const views = new Map<string, RouterView[]>();
  for (const { name, site, devices } of agents) {
    const ownKey = siteKey(site);
    for (const { address, isAvailable, values } of devices) {
      const reachable = address.collector === 'router' && isAvailable ? values?.reachable : undefined;
      const watched = keyOfSlug(address.device);
      if (watched === ownKey || typeof reachable !== 'string') continue;
      const view = { by: name, isReachable: reachable === 'ON' };
      views.get(watched)?.push(view) ?? views.set(watched, [view]);
    }
  }
  return views;
}

/** Undefined if nobody watches the router. */
const isReachable = (views: readonly RouterView[]) =>
  views.length === 0 ? undefined : views.some((view) => view.isReachable);

/** Judges every site. `monitor`: the agent that judges, which is online and at its site whatever its topics say, and
 * whose broker is reached without a bridge. `ownId`: the id under which this collector publishes. */
export function determineSiteVerdicts(
  directory: Pick<AgentDirectory, 'agents' | 'bridges'>,
  monitor: Pick<AgentIdentity, 'id' | 'site'>,
  ownId: string,
): SiteVerdict[] {
  const spellings = SiteSpellings.ofAgents(directory.agents, monitor);
  const keyOfSlug = createSiteKeyOfSlug(spellings);
  const bridges = bridgesBySite(directory.bridges, spellings, keyOfSlug);
  const monitorSite = monitor.site === undefined ? undefined : spellings.chosenSpelling(monitor.site);
  const agents = directory.agents
    .filter(({ id }) => id !== ownId)
    .map((agent): ReportedAgent => {
      const site = (agent.id === monitor.id ? monitor.site : undefined) ?? agent.site;
      return {
        ...agent,
        isOnline: agent.isOnline || agent.id === monitor.id,
        ...(site === undefined ? {} : { site: spellings.chosenSpelling(site) }),
      };
    });
  const sites = groupBySite(agents);
  const isBridgeDown = (key: string) =>
    bridges.get(key) === false && (monitorSite === undefined || key !== siteKey(monitorSite));
  const answering = agents.filter(({ isOnline, site }) => isOnline && !isBridgeDown(siteKey(site)));
  const isAnswering = new Set(answering);
  const problems = groupBy(
    problemsReportedByAgents(agents, isAnswering, new Set(sites.map(({ key }) => key)), keyOfSlug),
    ({ site }) => site,
  );
  const routers = viewsOfRouters(answering, keyOfSlug);

  function outageOf({ site, key, agents: expected }: SiteAgents, views: readonly RouterView[]): SiteOutage | undefined {
    const reachable = isReachable(views);
    const hasAnswer = expected.some((agent) => isAnswering.has(agent));
    const lost = expected.filter(({ isOnline }) => !isOnline).map(({ name }) => name);
    const routerUnreachable: SiteOutage = {
      cause: 'router_unreachable',
      text: (texts = sitesTexts) =>
        texts.routerUnreachable(
          site,
          views.map(({ by }) => by),
        ),
    };
    const bridgeDown: SiteOutage = { cause: 'bridge_down', text: (texts = sitesTexts) => texts.bridgeDown(site) };
    if (!hasAnswer && reachable === false) return { ...routerUnreachable, isHidden: true };
    if (isBridgeDown(key)) return { ...bridgeDown, isHidden: true };
    if (!hasAnswer && reachable === undefined && site !== undefined && expected.length > 1)
      return { cause: 'silent', text: (texts = sitesTexts) => texts.noAgentAnswers(site), isHidden: true };
    if (lost.length > 0) return { cause: 'agent_lost', text: (texts = sitesTexts) => texts.agentsLost(lost) };
    if (reachable === false) return routerUnreachable;
    return bridges.get(key) === false ? bridgeDown : undefined;
  }

  return sites.map((site) => {
    const ofSite = site.agents.filter((agent) => isAnswering.has(agent));
    const views = routers.get(site.key) ?? [];
    const outage = outageOf(site, views);
    const lost = site.agents.filter(({ isOnline }) => !isOnline);
    return {
      site: site.site,
      reading: {
        online: isReachable(views) === true || ofSite.length > 0,
        expected: site.agents.length,
        lost: outage?.isHidden ? undefined : lost.length,
        ...(outage?.cause === 'agent_lost' ? { lostIds: lost.map(({ id }) => id) } : {}),
        outage: outage?.text,
        ...causeAndText(outage, problemsOfSite(site.key, outage, problems.get(site.key) ?? []), ofSite),
      },
      agents: site.agents.map(({ id, name, isOnline }) => ({
        id,
        name,
        online: outage?.isHidden ? undefined : isOnline,
        text: describeAgent(isOnline, outage),
      })),
    };
  });
}

const describeAgent =
  (isOnline: boolean, outage: SiteOutage | undefined): TranslatableText<SitesTexts> =>
  (texts = sitesTexts) => {
    if (outage?.isHidden) return texts.agentUnknown(outage.text(texts));
    return isOnline ? texts.agentAnswers : texts.agentLost;
  };

/** What the agents say of a site; not of its router if that is why the site has an outage. */
const problemsOfSite = (key: string, outage: SiteOutage | undefined, problems: readonly AgentReportedProblem[]) =>
  problems.filter(({ device }) => !(outage?.cause === 'router_unreachable' && device === key));

/** The cause, and the worst that is wrong. `agents`: those of the site that answer. */
function causeAndText(
  outage: SiteOutage | undefined,
  problems: readonly DescribedProblem[],
  agents: readonly ReportedAgent[],
): Pick<SiteReading, 'cause' | 'text'> {
  const own: DescribedProblem[] = outage === undefined ? [] : [{ severity: 'outage', text: outage.text }];
  const worst = describeWorstProblemAndCount(
    [...own, ...problems],
    agents.reduce((sum, { problems: reported }) => sum + (reported?.omittedCount ?? 0), 0),
  );
  if (worst !== undefined) return { cause: outage?.cause ?? 'problem', text: worst };
  const silent = agents.filter(({ problems: reported }) => reported === undefined).map(({ name }) => name);
  return silent.length === 0
    ? { cause: 'well', text: (texts = sitesTexts) => texts.noProblem }
    : { cause: 'unknown', text: (texts = sitesTexts) => texts.agentsSayNothing(silent) };
}
