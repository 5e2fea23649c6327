import { slug } from '../../model/naming.ts';
import type { AgentReading, SiteReading } from './reading.ts';
import type { AgentSeen, Survey } from './survey.ts';

type Judgement = Pick<SiteReading, 'cause' | 'words'> & {
  /** It can't be known how the agents are. */
  hidden?: true;
};

export interface Verdict {
  /** Undefined: of the agents that name no site. */
  site: string | undefined;
  reading: Omit<SiteReading, 'since'>;
  agents: (AgentReading & { id: string })[];
}

interface Place {
  site: string | undefined;
  key: string;
  agents: AgentSeen[];
}

/** Agents by site; two spellings of one slug are one site. */
function placesOf(agents: readonly AgentSeen[]): Place[] {
  const places = new Map<string, Place>();
  for (const agent of agents) {
    const key = agent.site === undefined ? '' : slug(agent.site);
    const place = places.get(key) ?? { site: agent.site, key, agents: [] };
    places.set(key, place);
    place.agents.push(agent);
  }
  return [...places.values()];
}

const listed = (ids: readonly string[]) => ids.toSorted().join(', ');
const theAgents = (ids: readonly string[]) => (ids.length === 1 ? `agent ${ids[0]} is` : `agents ${listed(ids)} are`);

/** What is said of every site. `here`: the site of the watch, to which its broker is near. */
export function verdicts({ agents, routers, bridges, troubles }: Survey, here: string | undefined): Verdict[] {
  const places = placesOf(agents);
  const keys = new Set(places.map(({ key }) => key));
  const home = new Map(places.flatMap(({ key, agents }) => agents.map(({ id }) => [id, key])));
  const isCut = (key: string) => bridges.get(key) === false && key !== (here && slug(here));
  const isHeard = ({ id, online }: AgentSeen) => online && !isCut(home.get(id) ?? '');
  const heard = new Set(agents.filter(isHeard).map(({ id }) => id));
  /** What is called like a site is the site's, whoever sees it. */
  const siteOf = (by: string, device: string) => (keys.has(device) ? device : home.get(by));

  function judge({ site, key, agents: expected }: Place, reachable: boolean | undefined, askedBy: readonly string[]): Judgement {
    const answers = expected.some(({ id }) => heard.has(id));
    const lost = expected.filter(({ online }) => !online).map(({ id }) => id);
    const closed: Judgement = { cause: 'router_unreachable', words: `the router of ${site} does not answer from outside (asked by ${listed(askedBy)})` };
    const cut: Judgement = { cause: 'bridge_down', words: `the bridge from ${site} is down` };
    if (!answers && reachable === false) return { ...closed, hidden: true };
    if (isCut(key)) return { ...cut, hidden: true };
    if (!answers && reachable === undefined && site !== undefined && expected.length > 1)
      return { cause: 'silent', words: `no agent of ${site} answers: its line, its power or its broker may be down`, hidden: true };
    if (lost.length > 0) return { cause: 'agent_lost', words: `${theAgents(lost)} lost` };
    if (reachable === false) return closed;
    if (bridges.get(key) === false) return cut;
    const own = troubles.filter(({ by, device }) => heard.has(by) && siteOf(by, device) === key).map(({ by, words }) => `${by}: ${words}`);
    const [first, ...more] = own.toSorted();
    if (first !== undefined) return { cause: 'problem', words: more.length === 0 ? first : `${first}; and ${more.length} more` };
    return { cause: 'well', words: 'none' };
  }

  return places.map((place) => {
    const views = routers.filter(({ device, by }) => device === place.key && heard.has(by) && home.get(by) !== place.key);
    const reachable = views.length === 0 ? undefined : views.some((view) => view.reachable);
    const { cause, words, hidden } = judge(
      place,
      reachable,
      views.map(({ by }) => by),
    );
    const lost = place.agents.filter(({ online }) => !online).length;
    return {
      site: place.site,
      reading: {
        online: reachable === true || place.agents.some(({ id }) => heard.has(id)),
        expected: place.agents.length,
        lost: hidden ? undefined : lost,
        cause,
        words,
      },
      agents: place.agents.map(({ id, online }) => ({ id, online: hidden ? undefined : online, words: hidden ? `unknown because ${words}` : online ? 'online' : 'lost' })),
    };
  });
}
