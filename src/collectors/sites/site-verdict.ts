import { slug } from '../../model/naming.ts';
import type { LabSurvey, ReportedAgent } from './lab-survey.ts';
import type { SiteAgentReading, SiteReading } from './reading.ts';

type SiteJudgement = Pick<SiteReading, 'cause' | 'text'> & {
  /** The state of the agents is unknown. */
  isHidden?: true;
};

export interface SiteVerdict {
  /** Undefined for the agents that name no site. */
  site: string | undefined;
  reading: Omit<SiteReading, 'since'>;
  agents: (SiteAgentReading & { id: string })[];
}

interface SiteAgents {
  site: string | undefined;
  key: string;
  agents: ReportedAgent[];
}

/** Groups agents by site; spellings with the same slug are the same site. */
function groupBySite(agents: readonly ReportedAgent[]): SiteAgents[] {
  const sites = new Map<string, SiteAgents>();
  for (const agent of agents) {
    const key = agent.site === undefined ? '' : slug(agent.site);
    const site = sites.get(key) ?? { site: agent.site, key, agents: [] };
    sites.set(key, site);
    site.agents.push(agent);
  }
  return [...sites.values()];
}

const formatList = (ids: readonly string[]) => ids.toSorted().join(', ');
const agentsAre = (ids: readonly string[]) =>
  ids.length === 1 ? `agent ${ids[0]} is` : `agents ${formatList(ids)} are`;

/** Judges every site. `here`: the site of the agent that judges; its broker is reached without a bridge. */
export function judgeSites({ agents, routers, bridges, problems }: LabSurvey, here: string | undefined): SiteVerdict[] {
  const sites = groupBySite(agents);
  const keys = new Set(sites.map(({ key }) => key));
  const siteKeyByAgent = new Map(sites.flatMap(({ key, agents }) => agents.map(({ id }) => [id, key])));
  const isBridgeDown = (key: string) => bridges.get(key) === false && key !== (here && slug(here));
  const canAnswer = ({ id, online }: ReportedAgent) => online && !isBridgeDown(siteKeyByAgent.get(id) ?? '');
  const answering = new Set(agents.filter(canAnswer).map(({ id }) => id));
  /** A device with the name of a site belongs to that site, whichever agent watches it. */
  const siteOf = (by: string, device: string) => (keys.has(device) ? device : siteKeyByAgent.get(by));

  function judge(
    { site, key, agents: expected }: SiteAgents,
    reachable: boolean | undefined,
    askedBy: readonly string[],
  ): SiteJudgement {
    const hasAnswer = expected.some(({ id }) => answering.has(id));
    const lost = expected.filter(({ online }) => !online).map(({ id }) => id);
    const routerUnreachable: SiteJudgement = {
      cause: 'router_unreachable',
      text: `the router of ${site} does not answer from outside (asked by ${formatList(askedBy)})`,
    };
    const bridgeDown: SiteJudgement = { cause: 'bridge_down', text: `the bridge from ${site} is down` };
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
    if (bridges.get(key) === false) return bridgeDown;
    const siteProblems = problems
      .filter(({ by, device }) => answering.has(by) && siteOf(by, device) === key)
      .map(({ by, text }) => `${by}: ${text}`);
    const [first, ...others] = siteProblems.toSorted();
    if (first !== undefined)
      return { cause: 'problem', text: others.length === 0 ? first : `${first}; and ${others.length} more` };
    return { cause: 'well', text: 'none' };
  }

  return sites.map((site) => {
    const views = routers.filter(
      ({ device, by }) => device === site.key && answering.has(by) && siteKeyByAgent.get(by) !== site.key,
    );
    const reachable = views.length === 0 ? undefined : views.some((view) => view.reachable);
    const { cause, text, isHidden } = judge(
      site,
      reachable,
      views.map(({ by }) => by),
    );
    const lost = site.agents.filter(({ online }) => !online).length;
    return {
      site: site.site,
      reading: {
        online: reachable === true || site.agents.some(({ id }) => answering.has(id)),
        expected: site.agents.length,
        lost: isHidden ? undefined : lost,
        cause,
        text,
      },
      agents: site.agents.map(({ id, online }) => ({
        id,
        online: isHidden ? undefined : online,
        text: isHidden ? `unknown because ${text}` : online ? 'online' : 'lost',
      })),
    };
  });
}
