import { type Answer, ask, CommandError } from '../../../lib/run.ts';
import { describe } from '../../../model/fault.ts';
import type { HealthLog, Limits, SourceName } from '../reading.ts';
import type { Controller } from '../sysfs.ts';
import { judged } from './health-log.ts';
import { parseSmartLog, textOf } from './nvme-cli.ts';
import { Refusal } from './refusal.ts';
import { isThere, maySudo, missingRight } from './rights.ts';
import { parseSmartctl } from './smartctl.ts';

export interface Health {
  log: HealthLog;
  limits: Limits;
  /** Bytes in use by NSID, where the same answer tells it. */
  used: ReadonlyMap<number, number>;
}

/** A command that tells a drive's health. */
interface Question {
  source: SourceName;
  command: string;
  args(node: string): string[];
  parse(answer: Answer): Health;
  /** nvme-cli's words for what a controller or a namespace says of itself. */
  identify?(what: 'ctrl' | 'ns'): string[];
}

const nvmeCli = (words: string[], identify: (what: string) => string[]): Question => ({
  source: 'nvme_cli',
  command: 'nvme',
  args: (node) => [...words, node, '-o', 'json'],
  parse: (answer) => ({ log: parseSmartLog(textOf(answer)), limits: {}, used: new Map() }),
  identify,
});

/** The best first; nvme-cli 3 can be built without its old words. */
const questions: readonly Question[] = [
  nvmeCli(['smart-log'], (what) => [`id-${what}`]),
  // Its exit status tells of old errors too, and nothing of this answer.
  { source: 'smartctl', command: 'smartctl', args: (node) => ['-j', '-i', '-H', '-A', node], parse: ({ stdout }) => parseSmartctl(stdout) },
  nvmeCli(['log', 'smart'], (what) => ['id', what]),
];

/** How a drive's health can be had: a question, with sudo or without, at the controller or, where a container was given only
 * that, at a namespace. */
export interface Way {
  question: Question;
  sudo: boolean;
  namespace: boolean;
}

/** There is no health to be had, nothing is broken, and this would mend it. */
export class NoHealth extends Error {}

/** sudo would have to be asked for a password, and notes each such attempt: one is enough. */
const refused = new Set<string>();

export const nodeFor = (controller: Controller, { namespace }: Pick<Way, 'namespace'>) => `/dev/${(namespace ? controller.namespaces[0]?.name : undefined) ?? controller.name}`;

/** sudo itself ends what takes too long, by its rule, and dies of the same signal. Killed, it would leave its command behind; a
 * signal that it can catch it hands on. */
async function askSudo(words: readonly string[], seconds: number): Promise<Answer> {
  const since = performance.now();
  try {
    return await ask('sudo', ['-n', ...words], { seconds: seconds + 3, killSignal: 'SIGTERM' });
  } catch (error) {
    if (performance.now() - since < seconds * 1000) throw error;
    throw new CommandError(`sudo -n ${words.join(' ')}: timed out after ${seconds} s`, { timedOut: true });
  }
}

/** Runs a drive's tool. Rejects with what was run and why there is no answer. */
export async function call(command: string, args: readonly string[], { sudo }: Pick<Way, 'sudo'>, seconds: number): Promise<Answer> {
  if (!sudo) return ask(command, args, { seconds });
  const answer = await askSudo([command, ...args], seconds);
  if (answer.status === 0 || !/^(sudo:|Sorry, user )/m.test(answer.stderr)) return answer;
  refused.add(command);
  throw new Error(`sudo -n ${command} ${args.join(' ')}: ${answer.stderr.trim().split('\n')[0]}`);
}

export async function askHealth(controller: Controller, way: Way, seconds: number): Promise<Health> {
  const { command, args, parse } = way.question;
  const words = args(nodeFor(controller, way));
  const answer = await call(command, words, way, seconds);
  try {
    const health = parse(answer);
    return { ...health, log: judged(health.log) };
  } catch (cause) {
    const told = `${command} ${words.join(' ')}: ${describe(cause)}`;
    throw cause instanceof Refusal ? new Refusal(told) : new Error(told);
  }
}

function waysTo(controller: Controller): Way[] {
  const namespaces = !isThere(controller.name) && controller.namespaces.some(({ name }) => isThere(name)) ? [false, true] : [false];
  const rise = maySudo() && missingRight(controller.name) !== undefined;
  const without = namespaces.flatMap((namespace) => questions.map((question) => ({ question, sudo: false, namespace })));
  return rise ? [...without, ...questions.map((question) => ({ question, sudo: true, namespace: false }))] : without;
}

/** Tries one way after the other. Rejects with NoHealth where nothing is broken, at once where the drive hangs, and else with
 * what the first way met. */
export async function findWay(controller: Controller, seconds: number): Promise<{ way: Way; health: Health }> {
  const missing = new Set<string>();
  const failures: unknown[] = [];
  for (const way of waysTo(controller)) {
    const { command } = way.question;
    const hopeless = !way.sudo && failures.length > 0 && maySudo() && missingRight(controller.name) !== undefined;
    if (hopeless || missing.has(command) || (way.sudo && (missing.has('sudo') || refused.has(command)))) continue;
    try {
      return { way, health: await askHealth(controller, way, seconds) };
    } catch (error) {
      if (error instanceof CommandError && error.timedOut) throw error;
      if (error instanceof CommandError && error.missing) missing.add(way.sudo ? 'sudo' : command);
      else failures.push(error);
    }
  }
  throw verdict(controller, failures);
}

function verdict(controller: Controller, failures: readonly unknown[]): unknown {
  const refusal = failures.find((error) => error instanceof Refusal);
  if (refusal !== undefined) return new NoHealth(describe(refusal));
  if (failures.length === 0) return new NoHealth('neither nvme nor smartctl is installed: apt install nvme-cli');
  const right = missingRight(controller.name);
  return right === undefined ? failures[0] : new NoHealth(right);
}
