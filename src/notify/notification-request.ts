import type { AgentIdentity } from '../model/state.ts';
import { formatDuration } from '../views/duration.ts';
import type { AlertMessage } from './alert-tracker.ts';
import type { NotifySettings } from './settings.ts';

/** What goes over the line. */
export interface NotificationRequest {
  url: string;
  body: string;
}

const titleOf = ({ name, site }: AgentIdentity, { subject }: AlertMessage) =>
  `${name}${site === undefined ? '' : ` (${site})`}${subject === name ? '' : `: ${subject}`}`;

const sentence = ({ text, seconds }: AlertMessage) =>
  seconds === undefined ? text : `Well again after ${formatDuration(seconds)}. It was: ${text}`;

/** ntfy's headers can't hold every letter, its JSON can: it goes to the address above the topic (docs.ntfy.sh/publish, “Publish as JSON”). */
function buildNtfyRequest(address: string, agent: AgentIdentity, message: AlertMessage): NotificationRequest {
  const url = new URL(address);
  const [, above = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(url.pathname) ?? [];
  url.pathname = above;
  const isTrouble = message.kind === 'trouble';
  return {
    url: url.href,
    body: JSON.stringify({
      topic,
      title: titleOf(agent, message),
      message: sentence(message),
      tags: [isTrouble ? 'warning' : 'white_check_mark'],
      priority: isTrouble ? 4 : 3,
    }),
  };
}

function buildWebhookRequest(url: string, agent: AgentIdentity, message: AlertMessage): NotificationRequest {
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

export const buildNotificationRequest = (
  address: string,
  format: NotifySettings['NOTIFY_FORMAT'],
  agent: AgentIdentity,
  message: AlertMessage,
): NotificationRequest =>
  format === 'ntfy' ? buildNtfyRequest(address, agent, message) : buildWebhookRequest(address, agent, message);
