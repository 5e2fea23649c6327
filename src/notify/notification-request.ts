import { type Severity, severityNames } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { formatDuration } from '../views/duration.ts';
import { formatProblem } from '../views/problem-groups.ts';
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

/** Affected things in a message before “and 12 more”. */
const maxAffected = 5;

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

const listAffected = (affected: readonly string[]) =>
  affected.length <= maxAffected
    ? affected.join('; ')
    : `${affected.slice(0, maxAffected - 1).join('; ')}; and ${affected.length - maxAffected + 1} more`;

/** “Outage since 2 Jan 2026, 03:04 UTC”. */
function severityLine({ problem, severityBefore }: Extract<AlertMessage, { kind: 'trouble' }>): string {
  const severity = capitalized(severityNames[problem.severity]);
  const since = formatTime(problem.since);
  return severityBefore === undefined
    ? `${severity} since ${since}`
    : `Worse than before: ${severityNames[problem.severity]} instead of ${severityNames[severityBefore]}; it began ${since}`;
}

function linesOf(message: NotificationMessage): string[] {
  if (message.kind === 'test') return [message.text];
  const { problem } = message;
  const serialNumber = problem.serialNumber === undefined ? [] : [`Serial number: ${problem.serialNumber}`];
  if (message.kind === 'recovery') {
    const { seconds } = message;
    const duration = seconds < 60 ? 'within a minute' : `after ${formatDuration(seconds)}`;
    return [`Resolved ${duration}: ${problem.text}`, ...serialNumber];
  }
  const affected = message.consequences.map((one) => formatProblem(one));
  return [
    capitalized(message.problem.text),
    severityLine(message),
    ...serialNumber,
    ...(affected.length === 0 ? [] : [`Also affected: ${listAffected(affected)}`]),
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
      ? {
          severityBefore: message.severityBefore ?? null,
          remedy: message.problem.remedy ?? null,
          alsoAffected: message.consequences.map((one) => formatProblem(one)),
        }
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
