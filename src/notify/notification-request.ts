import { type Severity, severityNames } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { formatDuration } from '../views/duration.ts';
import type { AlertMessage } from './alert-debouncer.ts';
import type { NotifySettings } from './settings.ts';

/** An HTTP POST request that is ready to send. */
export interface NotificationRequest {
  url: string;
  body: string;
}

/** Shows that messages arrive. */
interface TestMessage {
  kind: 'test';
  text: string;
}

export type NotificationMessage = AlertMessage | TestMessage;

/** ntfy's priorities, of which 5 is the highest (https://docs.ntfy.sh/publish/#message-priority). */
const ntfyPriorities: Record<Severity, number> = { data_at_risk: 5, outage: 4, degraded: 3, notice: 2 };
const ntfyDefaultPriority = 3;

/** Names in a message before “and 12 more”. */
const maxNames = 5;

const subjectOf = (agent: AgentIdentity, message: NotificationMessage) =>
  message.kind === 'test' ? agent.name : message.problem.subject;

function titleOf(agent: AgentIdentity, message: NotificationMessage): string {
  const { name, site } = agent;
  const subject = subjectOf(agent, message);
  // Most devices' names begin with the agent's.
  const rest = subject === name ? '' : subject.startsWith(`${name} `) ? subject.slice(name.length + 1) : subject;
  return `${name}${site === undefined ? '' : ` (${site})`}${rest === '' ? '' : `: ${rest}`}`;
}

/** Begins with a capital letter, unless the first word is a name, a path or an address. */
const capitalized = (text: string) => text.replace(/^[a-z](?=[a-z]*(?:[ ,;]|: |$))/, (first) => first.toUpperCase());

/** `2 Jan 2026, 03:04 UTC`, in the agent's time zone. */
const formatTime = (at: Date) =>
  at.toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });

const listNames = (names: readonly string[]) =>
  names.length <= maxNames
    ? names.join(', ')
    : `${names.slice(0, maxNames - 1).join(', ')} and ${names.length - maxNames + 1} more`;

const affectedSubjects = (message: NotificationMessage) =>
  message.kind === 'trouble'
    ? [...new Set(message.consequences.map(({ subject }) => subject))].filter(
        (subject) => subject !== message.problem.subject,
      )
    : [];

function linesOf(message: NotificationMessage): string[] {
  if (message.kind === 'test') return [message.text];
  const { problem } = message;
  const serialNumber = problem.serialNumber === undefined ? [] : [`Serial number: ${problem.serialNumber}`];
  if (message.kind === 'recovery') {
    const { seconds } = message;
    const duration = seconds < 60 ? 'within a minute' : `after ${formatDuration(seconds)}`;
    return [`Resolved ${duration}: ${problem.text}`, ...serialNumber];
  }
  const affected = affectedSubjects(message);
  return [
    capitalized(message.problem.text),
    `${capitalized(severityNames[problem.severity])} since ${formatTime(problem.since)}`,
    ...serialNumber,
    ...(affected.length === 0 ? [] : [`Also affected: ${listNames(affected)}`]),
    ...(message.problem.remedy === undefined ? [] : [`What to do: ${message.problem.remedy}`]),
  ];
}

/** Published as JSON, because HTTP headers can't hold every character; JSON goes to the URL above the topic
 * (https://docs.ntfy.sh/publish/#publish-as-json). */
function buildNtfyRequest(address: string, agent: AgentIdentity, message: NotificationMessage): NotificationRequest {
  const url = new URL(address);
  const [, parentPath = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(url.pathname) ?? [];
  url.pathname = parentPath;
  const severity = message.kind === 'trouble' ? message.problem.severity : undefined;
  return {
    url: url.href,
    body: JSON.stringify({
      topic,
      title: titleOf(agent, message),
      message: linesOf(message).join('\n'),
      tags: [severity === undefined ? 'white_check_mark' : severity === 'data_at_risk' ? 'rotating_light' : 'warning'],
      priority: severity === undefined ? ntfyDefaultPriority : ntfyPriorities[severity],
    }),
  };
}

/** The parts of a message for programs. */
function fieldsOf(message: NotificationMessage) {
  if (message.kind === 'test') return { what: message.text };
  const { problem } = message;
  return {
    id: message.kind === 'trouble' ? message.problem.id : message.id,
    what: problem.text,
    severity: problem.severity,
    serialNumber: problem.serialNumber ?? null,
    since: problem.since.toISOString(),
    seconds: message.kind === 'recovery' ? Math.max(0, message.seconds) : null,
    ...(message.kind === 'trouble'
      ? { remedy: message.problem.remedy ?? null, alsoAffected: affectedSubjects(message) }
      : {}),
  };
}

const buildWebhookRequest = (url: string, agent: AgentIdentity, message: NotificationMessage): NotificationRequest => ({
  url,
  body: JSON.stringify({
    // The field that chat programs display.
    text: `${titleOf(agent, message)}: ${linesOf(message).join('\n')}`,
    kind: message.kind,
    agent: agent.name,
    site: agent.site ?? null,
    subject: subjectOf(agent, message),
    ...fieldsOf(message),
  }),
});

export const buildNotificationRequest = (
  address: string,
  format: NotifySettings['NOTIFY_FORMAT'],
  agent: AgentIdentity,
  message: NotificationMessage,
): NotificationRequest =>
  format === 'ntfy' ? buildNtfyRequest(address, agent, message) : buildWebhookRequest(address, agent, message);
