import type { EarlierAnnouncedDevice } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { FormerAgentOfMachine } from '../mqtt/former-agents.ts';
import { ownCommand } from './installation.ts';
import { englishCheckAndOnceTexts } from './texts/english.ts';

/** What to do about an agent that ran on this machine under another id: nothing of it is taken over by itself. */
export const formerAgentAdvice = ({ id, name }: FormerAgentOfMachine, texts = englishCheckAndOnceTexts): string =>
  texts.formerAgent(name, id, ownCommand());

/** What to do where the broker has announcements of this agent for another site; undefined if it has not. */
export function changedSiteAdvice(
  agent: AgentIdentity,
  announced: readonly EarlierAnnouncedDevice[],
  texts = englishCheckAndOnceTexts,
): string | undefined {
  const before = announced.find(({ path }) => path === `agent/${agent.id}`);
  return before === undefined || before.area === agent.site ? undefined : texts.changedSite(before.area, agent.site);
}
