import { agentDirectoryErrorTexts } from '../../model/agent-directory.ts';
import { generalProblemTexts } from '../../model/general-problem-texts.ts';

const formatList = (names: readonly string[]) => names.toSorted().join(', ');
const agentsAre = (names: readonly string[]) =>
  names.length === 1 ? `agent ${names[0]} is` : `agents ${formatList(names)} are`;

/** What is said of sites and their agents. `names`: of agents. */
export const sitesTexts = {
  ...agentDirectoryErrorTexts,
  /** As state of the metric *Worst problem*. */
  noProblem: 'none',
  routerUnreachable: (site: string | undefined, names: readonly string[]) =>
    `the router of ${site} does not answer from outside (asked by ${formatList(names)})`,
  bridgeDown: (site: string | undefined) => `the bridge from ${site} is down`,
  noAgentAnswers: (site: string) => `no agent of ${site} answers: its line, its power or its broker may be down`,
  agentsLost: (names: readonly string[]) => `${agentsAre(names)} lost`,
  agentsSayNothing: (names: readonly string[]) =>
    `${agentsAre(names)} too old to say what is wrong, or ${names.length === 1 ? 'has' : 'have'} just started`,
  lastKnown: generalProblemTexts.lastKnown,
  /** `isAtLeast`: there may be even more. */
  andMore: (worst: string, count: number, isAtLeast: boolean) =>
    `${worst}; and ${isAtLeast ? 'at least ' : ''}${count} more`,
  statesUnknown: 'without a connection to the broker, the states of the agents are unknown',
  clearsWhenWhole: 'when the site answers as a whole',
  /** `ids`: of agents. */
  startOrForget: (ids: readonly string[]) =>
    `start ${ids.length === 1 ? 'it again; if it' : 'them again; if one'} is gone for good, press Forget on its device in Home Assistant, or run: infra-monitor forget --agent ${ids.length === 1 ? ids[0] : `ID (${formatList(ids)})`}`,
  moreThanTaken: (agents: number, devices: number) =>
    `there are more agents, or devices of one, than this agent takes (${agents} with ${devices} devices each); the rest is left out`,
  agentAnswers: 'online',
  agentLost: 'lost',
  agentUnknown: (outage: string) => `unknown because ${outage}`,
};

export type SitesTexts = typeof sitesTexts;
