import type { AgentDirectory, ReportedAgent } from '../../model/agent-directory.ts';
import type { AgentIdentity } from '../../model/state.ts';
import type { SiteAgentReading, SiteReading, SiteStateCause } from './reading.ts';
import {
  type AgentProblem,
  type DescribedProblem,
  describeWorstProblemAndCount,
  problemsReportedByAgents,
  siteKey,
} from './site-problems.ts';

/** What is wrong with a site that none of its agents can say. */
interface SiteOutage {
  cause: SiteStateCause;
  text: string;
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

function groupBySite(agents: readonly ReportedAgent[]): SiteAgents[] {
  const sites = new Map<string, SiteAgents>();
  for (const agent of agents) {
    const key = siteKey(agent.site);
    const site = sites.get(key) ?? { site: agent.site, key, agents: [] };
    sites.set(key, site);
    site.agents.push(agent);
  }
  return [...sites.values()];
}

/** How an agent sees the router of another site. */
interface RouterView {
  /** Name of the agent. */
  by: string;
  isReachable: boolean;
}

/** An agent watches the router of another site under the site's name. */
function viewOfRouter(site: string, { name, devices }: ReportedAgent): RouterView[] {
  const router = devices.find(({ address }) => address.collector === 'router' && address.device === site);
  const reachable = router?.isAvailable ? router.values?.reachable : undefined;
  return typeof reachable === 'string' ? [{ by: name, isReachable: reachable === 'ON' }] : [];
}

/** Undefined if nobody watches the router. */
const isReachable = (views: readonly RouterView[]) =>
  views.length === 0 ? undefined : views.some((view) => view.isReachable);

const formatList = (names: readonly string[]) => names.toSorted().join(', ');
const agentsAre = (names: readonly string[]) =>
  names.length === 1 ? `agent ${names[0]} is` : `agents ${formatList(names)} are`;

/** Judges every site. `monitor`: the agent that judges, which is online and at its site whatever its topics say, and whose broker is
 * reached without a bridge. `ownId`: the id under which this collector publishes. */
export function determineSiteVerdicts(
  { agents: all, bridges }: Pick<AgentDirectory, 'agents' | 'bridges'>,
  monitor: Pick<AgentIdentity, 'id' | 'site'>,
  ownId: string,
): SiteVerdict[] {
  const agents = all
    .filter(({ id }) => id !== ownId)
    .map((agent) =>
      agent.id === monitor.id
        ? { ...agent, isOnline: true, ...(monitor.site === undefined ? {} : { site: monitor.site }) }
        : agent,
    );
  const sites = groupBySite(agents);
  const isBridgeDown = (key: string) =>
    bridges.get(key) === false && (monitor.site === undefined || key !== siteKey(monitor.site));
  const answering = agents.filter(({ isOnline, site }) => isOnline && !isBridgeDown(siteKey(site)));
  const problems = problemsReportedByAgents(agents, new Set(answering), new Set(sites.map(({ key }) => key)));

  function outageOf({ site, key, agents: expected }: SiteAgents, views: readonly RouterView[]): SiteOutage | undefined {
    const reachable = isReachable(views);
    const hasAnswer = expected.some((agent) => answering.includes(agent));
    const lost = expected.filter(({ isOnline }) => !isOnline).map(({ name }) => name);
    const routerUnreachable: SiteOutage = {
      cause: 'router_unreachable',
      text: `the router of ${site} does not answer from outside (asked by ${formatList(views.map(({ by }) => by))})`,
    };
    const bridgeDown: SiteOutage = { cause: 'bridge_down', text: `the bridge from ${site} is down` };
    if (!hasAnswer && reachable === false) return { ...routerUnreachable, isHidden: true };
    if (isBridgeDown(key)) return { ...bridgeDown, isHidden: true };
    if (!hasAnswer && reachable === undefined && site !== undefined && expected.length > 1)
      return {
        cause: 'silent',
        text: `no agent of ${site} answers: its line, its power or its broker may be down`,
        isHidden: true,
      };
    if (lost.length > 0) return { cause: 'agent_lost', text: `${agentsAre(lost)} lost` };
    if (reachable === false) return routerUnreachable;
    return bridges.get(key) === false ? bridgeDown : undefined;
  }

  return sites.map((site) => {
    const ofSite = site.agents.filter((agent) => answering.includes(agent));
    const views = answering.flatMap((agent) => (siteKey(agent.site) === site.key ? [] : viewOfRouter(site.key, agent)));
    const outage = outageOf(site, views);
    const isHidden = outage?.isHidden;
    return {
      site: site.site,
      reading: {
        online: isReachable(views) === true || ofSite.length > 0,
        expected: site.agents.length,
        lost: isHidden ? undefined : site.agents.filter(({ isOnline }) => !isOnline).length,
        outage: outage?.text,
        ...causeAndText(outage, problemsOfSite(site.key, outage, problems), ofSite),
      },
      agents: site.agents.map(({ id, name, isOnline }) => ({
        id,
        name,
        online: isHidden ? undefined : isOnline,
        text: isHidden ? `unknown because ${outage?.text}` : isOnline ? 'online' : 'lost',
      })),
    };
  });
}

/** What the agents say of a site; not of its router if that is why the site has an outage. */
const problemsOfSite = (key: string, outage: SiteOutage | undefined, problems: readonly AgentProblem[]) =>
  problems.filter(({ site, device }) => site === key && !(outage?.cause === 'router_unreachable' && device === key));

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
    ? { cause: 'well', text: 'none' }
    : {
        cause: 'unknown',
        text: `${agentsAre(silent)} too old to say what is wrong, or ${silent.length === 1 ? 'has' : 'have'} just started`,
      };
}
