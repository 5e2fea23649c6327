import type { Severity } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { formatDuration } from '../views/duration.ts';
import { english, type Language } from '../views/language.ts';
import { formatProblem } from '../views/problem-groups.ts';
import type { ReportableProblemChange } from './alert-debouncer.ts';
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

export type ProblemChangeOrTest = ReportableProblemChange | TestMessage;

/** ntfy's priorities, of which 5 is the highest (https://docs.ntfy.sh/publish/#message-priority). */
const ntfyPriorities: Record<Severity, number> = { data_at_risk: 5, outage: 4, degraded: 3, notice: 2 };
const ntfyDefaultPriority = 3;

/** Affected things in a message before “and 12 more”. */
const maxAffected = 5;

const subjectOf = (agent: AgentIdentity, message: ProblemChangeOrTest) =>
  message.kind === 'test' ? agent.name : message.problem.subject;

function titleOf(agent: AgentIdentity, message: ProblemChangeOrTest): string {
  const { name, site } = agent;
  const subject = subjectOf(agent, message);
  // Most devices' names begin with the agent's.
  const rest = subject === name ? '' : subject.startsWith(`${name} `) ? subject.slice(name.length + 1) : subject;
  return `${name}${site === undefined ? '' : ` (${site})`}${rest === '' ? '' : `: ${rest}`}`;
}

/** Begins with a capital letter, unless the first word is a name, a path or an address. */
const capitalized = (text: string) => text.replace(/^\p{Ll}(?=\p{Ll}*(?:[ ,;]|: |$))/u, (first) => first.toUpperCase());

const listAffected = (affected: readonly string[], { notifications }: Language) =>
  affected.length <= maxAffected
    ? affected.join('; ')
    : `${affected.slice(0, maxAffected - 1).join('; ')}; ${notifications.andMore(affected.length - maxAffected + 1)}`;

function severityLine(
  { problem, severityBefore }: Extract<ReportableProblemChange, { kind: 'trouble' }>,
  { severities, notifications }: Language,
): string {
  const severity = severities[problem.severity];
  const time = notifications.time(problem.since);
  return severityBefore === undefined
    ? notifications.since(capitalized(severity), time)
    : notifications.worse(severity, severities[severityBefore], time);
}

function linesOf(message: ProblemChangeOrTest, language: Language): string[] {
  const { notifications, durationUnits } = language;
  if (message.kind === 'test') return [message.text];
  const { problem } = message;
  const serialNumber = problem.serialNumber === undefined ? [] : [notifications.serialNumber(problem.serialNumber)];
  if (message.kind === 'recovery') {
    const { seconds } = message;
    const duration = seconds < 60 ? undefined : formatDuration(seconds, durationUnits);
    return [notifications.resolved(problem.text, duration), ...serialNumber];
  }
  const affected = message.consequences.map((one) => formatProblem(one, language.problems));
  return [
    capitalized(message.problem.text),
    severityLine(message, language),
    ...serialNumber,
    ...(affected.length === 0 ? [] : [notifications.alsoAffected(listAffected(affected, language))]),
    ...(message.problem.remedy === undefined ? [] : [notifications.whatToDo(message.problem.remedy)]),
  ];
}

/** Published as JSON, because HTTP headers can't hold every character; JSON goes to the URL above the topic
 * (https://docs.ntfy.sh/publish/#publish-as-json). */
function buildNtfyRequest(
  address: string,
  agent: AgentIdentity,
  message: ProblemChangeOrTest,
  language: Language,
): NotificationRequest {
  const url = new URL(address);
  const [, parentPath = '/', topic = ''] = /^(.*\/)([^/]+)\/?$/.exec(url.pathname) ?? [];
  url.pathname = parentPath;
  const severity = message.kind === 'trouble' ? message.problem.severity : undefined;
  return {
    url: url.href,
    body: JSON.stringify({
      topic,
      title: titleOf(agent, message),
      message: linesOf(message, language).join('\n'),
      tags: [severity === undefined ? 'white_check_mark' : severity === 'data_at_risk' ? 'rotating_light' : 'warning'],
      priority: severity === undefined ? ntfyDefaultPriority : ntfyPriorities[severity],
    }),
  };
}

/** The parts of a message for programs. */
function fieldsOf(message: ProblemChangeOrTest, { problems }: Language) {
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
          alsoAffected: message.consequences.map((one) => formatProblem(one, problems)),
        }
      : {}),
  };
}

const buildWebhookRequest = (
  url: string,
  agent: AgentIdentity,
  message: ProblemChangeOrTest,
  language: Language,
): NotificationRequest => ({
  url,
  body: JSON.stringify({
    // The field that chat programs display.
    text: `${titleOf(agent, message)}: ${linesOf(message, language).join('\n')}`,
    kind: message.kind,
    agent: agent.name,
    site: agent.site ?? null,
    subject: subjectOf(agent, message),
    ...fieldsOf(message, language),
  }),
});

export const buildNotificationRequest = (
  address: string,
  format: NotifySettings['NOTIFY_FORMAT'],
  agent: AgentIdentity,
  message: ProblemChangeOrTest,
  language: Language = english,
): NotificationRequest =>
  format === 'ntfy'
    ? buildNtfyRequest(address, agent, message, language)
    : buildWebhookRequest(address, agent, message, language);
