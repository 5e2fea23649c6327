import { slug } from '../../model/naming.ts';
import type { LabSurvey, SeenAgent } from './lab-survey.ts';
import type { SiteAgentReading, SiteReading } from './reading.ts';

type SiteJudgement = Pick<SiteReading, 'cause' | 'text'> & {
  /** It can't be known how the agents are. */
  hidden?: true;
};

export interface SiteVerdict {
  /** Undefined: of the agents that name no site. */
  site: string | undefined;
  reading: Omit<SiteReading, 'since'>;
  agents: (SiteAgentReading & { id: string })[];
}

interface SiteAgents {
  site: string | undefined;
  key: string;
  agents: SeenAgent[];
}

/** Agents by site; two spellings of one slug are one site. */
function groupBySite(agents: readonly SeenAgent[]): SiteAgents[] {
  const sites = new Map<string, SiteAgents>();
  for (const agent of agents) {
    const key = agent.site === undefined ? '' : slug(agent.site);
    const site = sites.get(key) ?? { site: agent.site, key, agents: [] };
    sites.set(key, site);
    site.agents.push(agent);
  }
  return [...sites.values()];
}

const listed = (ids: readonly string[]) => ids.toSorted().join(', ');
const theAgents = (ids: readonly string[]) => (ids.length === 1 ? `agent ${ids[0]} is` : `agents ${listed(ids)} are`);

/** What is said of every site. `here`: the site of the watch, to which its broker is near. */
export function judgeSites({ agents, routers, bridges, problems }: LabSurvey, here: string | undefined): SiteVerdict[] {
  const sites = groupBySite(agents);
  const keys = new Set(sites.map(({ key }) => key));
  const home = new Map(sites.flatMap(({ key, agents }) => agents.map(({ id }) => [id, key])));
  const isCut = (key: string) => bridges.get(key) === false && key !== (here && slug(here));
  const isHeard = ({ id, online }: SeenAgent) => online && !isCut(home.get(id) ?? '');
  const heard = new Set(agents.filter(isHeard).map(({ id }) => id));
  /** What is called like a site is the site's, whoever sees it. */
  const siteOf = (by: string, device: string) => (keys.has(device) ? device : home.get(by));

  function judge(
    { site, key, agents: expected }: SiteAgents,
    reachable: boolean | undefined,
    askedBy: readonly string[],
  ): SiteJudgement {
    const answers = expected.some(({ id }) => heard.has(id));
    const lost = expected.filter(({ online }) => !online).map(({ id }) => id);
    const closed: SiteJudgement = {
      cause: 'router_unreachable',
      text: `the router of ${site} does not answer from outside (asked by ${listed(askedBy)})`,
    };
    const cut: SiteJudgement = { cause: 'bridge_down', text: `the bridge from ${site} is down` };
    if (!answers && reachable === false) return { ...closed, hidden: true };
    if (isCut(key)) return { ...cut, hidden: true };
    if (!answers && reachable === undefined && site !== undefined && expected.length > 1)
      return {
        cause: 'silent',
        text: `no agent of ${site} answers: its line, its power or its broker may be down`,
        hidden: true,
      };
    if (lost.length > 0) return { cause: 'agent_lost', text: `${theAgents(lost)} lost` };
    if (reachable === false) return closed;
    if (bridges.get(key) === false) return cut;
    const own = problems
      .filter(({ by, device }) => heard.has(by) && siteOf(by, device) === key)
      .map(({ by, text }) => `${by}: ${text}`);
    const [first, ...more] = own.toSorted();
    if (first !== undefined)
      return { cause: 'problem', text: more.length === 0 ? first : `${first}; and ${more.length} more` };
    return { cause: 'well', text: 'none' };
  }

  return sites.map((site) => {
    const views = routers.filter(({ device, by }) => device === site.key && heard.has(by) && home.get(by) !== site.key);
    const reachable = views.length === 0 ? undefined : views.some((view) => view.reachable);
    const { cause, text, hidden } = judge(
      site,
      reachable,
      views.map(({ by }) => by),
    );
    const lost = site.agents.filter(({ online }) => !online).length;
    return {
      site: site.site,
      reading: {
        online: reachable === true || site.agents.some(({ id }) => heard.has(id)),
        expected: site.agents.length,
        lost: hidden ? undefined : lost,
        cause,
        text,
      },
      agents: site.agents.map(({ id, online }) => ({
        id,
        online: hidden ? undefined : online,
        text: hidden ? `unknown because ${text}` : online ? 'online' : 'lost',
      })),
    };
  });
}
