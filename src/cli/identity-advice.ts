import type { EarlierAnnouncedDevice } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { FormerAgentOfMachine } from '../mqtt/former-agents.ts';
import { parseProblemsPayload } from '../views/problems-payload.ts';
import { ownCommand } from './installation.ts';
import { englishCheckAndOnceTexts } from './texts/english.ts';

/** What to do about an agent that ran on this machine under another id: nothing of it is taken over by itself. */
export const formerAgentAdvice = ({ id, name }: FormerAgentOfMachine, texts = englishCheckAndOnceTexts): string =>
  texts.formerAgent(name, id, ownCommand());

/** What to do where the list of problems that the broker retains of this agent is from another machine, which may still
 * run an agent of this name; undefined if it is from this one, or that is not known. */
export function otherMachineAdvice(
  { id, machine }: AgentIdentity,
  problemsPayload: string,
  texts = englishCheckAndOnceTexts,
): string | undefined {
  const other = parseProblemsPayload(problemsPayload)?.machine;
  return machine === undefined || other === undefined || other === machine ? undefined : texts.otherMachine(id);
}

/** What to do where the broker has announcements of this agent for another site; undefined if it has not. */
export function changedSiteAdvice(
  agent: AgentIdentity,
  announced: readonly EarlierAnnouncedDevice[],
  texts = englishCheckAndOnceTexts,
): string | undefined {
  const before = announced.find(({ path }) => path === `agent/${agent.id}`);
  return before === undefined || before.area === agent.site ? undefined : texts.changedSite(before.area, agent.site);
}
