import type { AgentIdentity } from '../model/state.ts';
import { formatDuration } from '../views/duration.ts';
import type { AlertMessage } from './alert-tracker.ts';
import type { NotifySettings } from './settings.ts';

/** An HTTP POST request that is ready to send. */
export interface NotificationRequest {
  url: string;
  body: string;
}

const titleOf = ({ name, site }: AgentIdentity, { subject }: AlertMessage) =>
  `${name}${site === undefined ? '' : ` (${site})`}${subject === name ? '' : `: ${subject}`}`;

const messageText = ({ text, seconds }: AlertMessage) =>
  seconds === undefined ? text : `Resolved after ${formatDuration(seconds)}: ${text}`;

/** Published as JSON, because HTTP headers can't hold every character; JSON goes to the URL above the topic
 * (https://docs.ntfy.sh/publish/#publish-as-json). */
function buildNtfyRequest(address: string, agent: AgentIdentity, message: AlertMessage): NotificationRequest {
  const url = new URL(address);
  const [, parentPath = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(url.pathname) ?? [];
  url.pathname = parentPath;
  const isProblem = message.kind === 'trouble';
  return {
    url: url.href,
    body: JSON.stringify({
      topic,
      title: titleOf(agent, message),
      message: messageText(message),
      tags: [isProblem ? 'warning' : 'white_check_mark'],
      priority: isProblem ? 4 : 3,
    }),
  };
}

function buildWebhookRequest(url: string, agent: AgentIdentity, message: AlertMessage): NotificationRequest {
  const { kind, subject, text, since, seconds } = message;
  return {
    url,
    body: JSON.stringify({
      // The field that chat programs display.
      text: `${titleOf(agent, message)}: ${messageText(message)}`,
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
