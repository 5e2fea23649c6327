import type { Agent } from '../model/state.ts';
import { howLong } from '../views/how-long.ts';
import type { Message } from './alarms.ts';
import type { NotifySettings } from './settings.ts';

/** What goes over the line. */
export interface Letter {
  url: string;
  body: string;
}

const titleOf = ({ name, site }: Agent, { subject }: Message) => `${name}${site === undefined ? '' : ` (${site})`}${subject === name ? '' : `: ${subject}`}`;

const sentence = ({ text, seconds }: Message) => (seconds === undefined ? text : `Well again after ${howLong(seconds)}. It was: ${text}`);

/** ntfy's headers can't hold every letter, its JSON can: it goes to the address above the topic (docs.ntfy.sh/publish, “Publish as JSON”). */
function forNtfy(address: string, agent: Agent, message: Message): Letter {
  const url = new URL(address);
  const [, above = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(url.pathname) ?? [];
  url.pathname = above;
  const isTrouble = message.kind === 'trouble';
  return {
    url: url.href,
    body: JSON.stringify({ topic, title: titleOf(agent, message), message: sentence(message), tags: [isTrouble ? 'warning' : 'white_check_mark'], priority: isTrouble ? 4 : 3 }),
  };
}

function forWebhook(url: string, agent: Agent, message: Message): Letter {
  const { kind, subject, text, since, seconds } = message;
  return {
    url,
    body: JSON.stringify({
      // The one field that chat programs look for.
      text: `${titleOf(agent, message)}: ${sentence(message)}`,
      kind,
      agent: agent.name,
      site: agent.site ?? null,
      subject,
      what: text,
      since: since.toISOString(),
      seconds: seconds ?? null,
    }),
  };
}

export const letter = (address: string, format: NotifySettings['NOTIFY_FORMAT'], agent: Agent, message: Message): Letter =>
  format === 'ntfy' ? forNtfy(address, agent, message) : forWebhook(address, agent, message);
