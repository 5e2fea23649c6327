import * as z from 'zod/mini';
import { agentDeviceAddress, pathBelowCollector } from '../model/address.ts';
import { bounds } from '../model/bounds.ts';
import type { CollectorMetadata } from '../model/collector.ts';
import { parseJsonWithin } from '../model/json.ts';
import { isFaultSeverity, type Problem, type RestoredProblem, type Severity, severities } from '../model/problem.ts';
import type { AgentIdentity, AgentState } from '../model/state.ts';
import { shortenToStateLength } from '../model/state-length.ts';
import { optionalField, validItems } from '../model/tolerant-schemas.ts';
import type { Language } from './language.ts';
import { findProblems } from './problems.ts';

/** Problems in a payload; the least important are left out. */
const maxProblems = 20;
/** Bytes of a payload: Home Assistant’s recorder keeps attributes of up to 16 kB (MAX_STATE_ATTRS_BYTES). */
const maxPayloadBytes = 8000;

const publishedProblemSchema = z.object({
  id: z.string().check(z.maxLength(500)),
  cause: z.string().check(z.maxLength(500)),
  place: optionalField(z.enum(['broker', 'collector', 'device', 'part'])),
  subject: z.string().check(z.maxLength(500)),
  severity: z.enum(severities),
  text: z.string().check(z.maxLength(2000)),
  since: z.iso.datetime(),
  certain: z.catch(z.boolean(), false),
  explained_by: optionalField(z.string().check(z.maxLength(500))),
  step: optionalField(z.union([z.string(), z.number()])),
  clears_at: optionalField(z.string()),
  remedy: optionalField(z.string()),
  serial_number: optionalField(z.string()),
  /** Of the text, if it is not English. */
  language: optionalField(z.string()),
});

/** A problem as an agent publishes it. */
export type PublishedProblem = z.output<typeof publishedProblemSchema>;

/** A problem that was reported to the user, and its end was not. */
const toldProblemSchema = z.pick(publishedProblemSchema, {
  id: true,
  subject: true,
  severity: true,
  text: true,
  since: true,
  serial_number: true,
});

/** None of a list in which no problem can be read: that nothing is wrong would be a claim. */
const problemListSchema = z.pipe(
  z
    .array(z.unknown())
    .check(
      z.refine((items) => items.length === 0 || items.some((item) => publishedProblemSchema.safeParse(item).success)),
    ),
  validItems(publishedProblemSchema, maxProblems),
);

const problemsSchema = z.object({
  /** Name of the agent. Absent in lists of earlier versions. */
  agent: optionalField(z.string().check(z.maxLength(500))),
  /** Tells the agent's machine from others: the same agent may have had another id. */
  machine: optionalField(z.string().check(z.maxLength(100))),
  /** Address of the agent's status page, if other machines can reach it. */
  page: optionalField(z.string().check(z.maxLength(500))),
  worst: optionalField(z.nullable(z.enum(severities))),
  count: optionalField(z.int().check(z.gte(0))),
  reason: optionalField(z.nullable(z.string())),
  problems: problemListSchema,
  told: validItems(toldProblemSchema, maxProblems),
});

export type ProblemsPayloadContent = z.output<typeof problemsSchema>;

const published = (problem: Problem): PublishedProblem => ({
  id: problem.id,
  cause: problem.cause,
  place: problem.place,
  subject: problem.subject,
  severity: problem.severity,
  text: problem.text,
  since: problem.since.toISOString(),
  certain: problem.certain,
  ...(problem.explainedBy === undefined ? {} : { explained_by: problem.explainedBy }),
  ...(problem.step === undefined ? {} : { step: problem.step }),
  ...(problem.clearsAt === undefined ? {} : { clears_at: problem.clearsAt }),
  ...(problem.remedy === undefined ? {} : { remedy: problem.remedy }),
  ...(problem.serialNumber === undefined ? {} : { serial_number: problem.serialNumber }),
  ...(problem.language === undefined ? {} : { language: problem.language }),
});

/** Whether an identity speaks for the whole lab: its broker's state is that of its agent, which tells of it. */
const isLabIdentity = (catalogue: readonly CollectorMetadata[], { collectors }: AgentState) =>
  collectors.size > 0 && catalogue.every(({ id, scope }) => scope === 'lab' || !collectors.has(id));

/** What was reported and may not be over: also what has just ended, so that a restart does not lose its end. */
const publishedTold = ({ collectors, toldProblems }: AgentState): ProblemsPayloadContent['told'] =>
  [...toldProblems]
    .filter(([, { path }]) => [...collectors.keys()].some((id) => path === id || path.startsWith(`${id}/`)))
    .slice(-maxProblems)
    .map(([id, { subject, severity, text, since, serialNumber }]) => ({
      id,
      subject,
      severity,
      text,
      since: since.toISOString(),
      ...(serialNumber === undefined ? {} : { serial_number: serialNumber }),
    }));

/** Address of the status page: that of the agent's own device. Something else that is monitored can have the same
 * name. */
function pageUrlOf({ id }: AgentIdentity, { collectors }: AgentState): string | undefined {
  const address = agentDeviceAddress(id);
  return collectors.get(address.collector)?.entries.get(pathBelowCollector(address))?.device.configurationUrl;
}

function payloadOf(agent: AgentIdentity, problems: readonly Problem[], state: AgentState): ProblemsPayloadContent {
  const own = problems.filter(({ explainedBy }) => explainedBy === undefined);
  const [worst] = own;
  const page = pageUrlOf(agent, state);
  const inOrder = [...own, ...problems.filter(({ explainedBy }) => explainedBy !== undefined)].slice(0, maxProblems);
  return {
    agent: agent.name,
    ...(agent.machine === undefined ? {} : { machine: agent.machine }),
    ...(page === undefined ? {} : { page }),
    worst: worst?.severity ?? null,
    count: own.filter(({ severity }) => isFaultSeverity(severity)).length,
    reason: worst === undefined ? null : shortenToStateLength(`${worst.subject}: ${worst.text}`),
    problems: inOrder.map(published),
    told: publishedTold(state),
  };
}

/** The list of what is wrong, to be retained. Undefined before each collector has had its first outcome: an empty list
 * is a claim. */
export function problemsPayload(
  catalogue: readonly CollectorMetadata[],
  agent: AgentIdentity,
  state: AgentState,
  language?: Language,
): string | undefined {
  if ([...state.collectors.values()].some(({ lastRun }) => lastRun === undefined)) return undefined;
  // Whoever reads this is told by a connected agent.
  const isBrokerShown = state.broker.connected && !isLabIdentity(catalogue, state);
  const payload = payloadOf(
    agent,
    findProblems(catalogue, agent, state, language).filter(({ place }) => isBrokerShown || place !== 'broker'),
    state,
  );
  while (payload.problems.length > 1 && Buffer.byteLength(JSON.stringify(payload)) > maxPayloadBytes)
    payload.problems.pop();
  return JSON.stringify(payload);
}

/** The list of an agent; undefined for anything else. */
export function parseProblemsPayload(payload: string): ProblemsPayloadContent | undefined {
  try {
    const list = problemsSchema.safeParse(parseJsonWithin(payload, bounds.problemList)).data;
    return list?.count === undefined && list?.problems.length === 0 ? undefined : list;
  } catch {
    return undefined;
  }
}

/** What an earlier process, or an earlier connection, has published of its problems. */
export function parseRestoredProblems(payload: string): RestoredProblem[] {
  const { problems = [], told = [] } = parseProblemsPayload(payload) ?? {};
  const toldSeverities = new Map(told.map(({ id, severity }) => [id, severity]));
  const ongoingIds = new Set(problems.map(({ id }) => id));
  return [
    ...problems.flatMap((problem) => restoredProblem(problem, toldSeverities.get(problem.id))),
    ...told
      .filter(({ id }) => !ongoingIds.has(id))
      .flatMap((problem) => restoredProblem(problem, problem.severity, true)),
  ];
}

function restoredProblem(
  problem: Pick<PublishedProblem, 'id' | 'subject' | 'severity' | 'text' | 'since'> & Partial<PublishedProblem>,
  toldSeverity: Severity | undefined,
  isOver = false,
): RestoredProblem[] {
  const { id, cause, subject, severity, text, since, step, serial_number: serialNumber, language } = problem;
  const [, path, key] = /^(.+)\/([^/]+)$/.exec(id) ?? [];
  if (path === undefined || key === undefined) return [];
  const finding = { key, severity, text, since: new Date(since), isCertain: false, ...(language && { language }) };
  return [
    {
      path,
      subject,
      ...(cause === undefined ? {} : { cause }),
      ...(serialNumber === undefined ? {} : { serialNumber }),
      finding: step === undefined ? finding : { ...finding, step },
      ...(toldSeverity === undefined ? {} : { toldSeverity }),
      ...(isOver ? { isOver } : {}),
    },
  ];
}
