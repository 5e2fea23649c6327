import type { AnnouncedDevice } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import type { FormerAgent } from '../mqtt/former-agents.ts';
import { ownCommand } from './installation.ts';

/** What to do about an agent that ran on this machine under another id: nothing of it is taken over by itself. */
export const formerAgentAdvice = ({ id, name }: FormerAgent): string =>
  `this machine ran as agent ${name} before, whose devices are still in Home Assistant. To keep them and their history, set AGENT_ID=${id} (“${ownCommand()} adopt ${id}” writes it) and restart the agent; to remove them, run “${ownCommand()} forget --agent ${id}”`;

/** What to do where the broker has announcements of this agent for another site; undefined if it has not. */
export function changedSiteAdvice(agent: AgentIdentity, announced: readonly AnnouncedDevice[]): string | undefined {
  const before = announced.find(({ path }) => path === `agent/${agent.id}`);
  if (before === undefined || before.area === agent.site) return undefined;
  const change = `SITE was ${before.area ?? 'not set'} and is ${agent.site ?? 'not set'} now`;
  return `${change}, but Home Assistant leaves devices that it knows in their area. To move them: Settings → Devices & services → Devices, select them, Move to area`;
}
