import { CommandError, type CommandResult, runCommand } from '../../../lib/command.ts';
import { describeError } from '../../../model/errors.ts';
import type { DriveLimits, HealthLog, HealthSource } from '../reading.ts';
import type { NvmeController } from '../sysfs.ts';
import { canUseSudo, explainMissingRight, isDevicePresent } from './device-rights.ts';
import { DriveRefusedError, NoDriveAnswerError, validateHealthLog } from './health-log.ts';
import { parseSmartLog, readNvmeCliOutput } from './nvme-cli.ts';
import { parseSmartctl } from './smartctl.ts';

export interface DriveHealth {
  log: HealthLog;
  limits: DriveLimits;
  /** Bytes in use by NSID, where the same answer tells it. */
  used: ReadonlyMap<number, number>;
}

/** A command that tells a drive's health. */
interface HealthCommand {
  source: HealthSource;
  program: string;
  args(node: string): string[];
  parse(answer: CommandResult): DriveHealth;
  /** nvme-cli's words for what a controller or a namespace says of itself. */
  identify?(what: 'ctrl' | 'ns'): string[];
}

const nvmeCli = (words: string[], identify: (what: string) => string[]): HealthCommand => ({
  source: 'nvme_cli',
  program: 'nvme',
  args: (node) => [...words, node, '-o', 'json'],
  parse: (answer) => ({ log: parseSmartLog(readNvmeCliOutput(answer)), limits: {}, used: new Map() }),
  identify,
});

/** The best first; nvme-cli 3 can be built without its old words. */
const healthCommands: readonly HealthCommand[] = [
  nvmeCli(['smart-log'], (what) => [`id-${what}`]),
  // Its exit status tells of old errors too, and nothing of this answer.
  {
    source: 'smartctl',
    program: 'smartctl',
    args: (node) => ['-j', '-i', '-H', '-A', node],
    parse: ({ stdout }) => parseSmartctl(stdout),
  },
  nvmeCli(['log', 'smart'], (what) => ['id', what]),
];

/** How a drive's health can be had: a question, with sudo or without, at the controller or, where a container was given only
 * that, at a namespace. */
export interface AccessMethod {
  command: HealthCommand;
  sudo: boolean;
  namespace: boolean;
}

/** There is no health to be had, nothing is broken, and this would mend it. */
export class HealthUnavailableError extends Error {}

/** sudo would have to be asked for a password, and notes each such attempt: one is enough. */
const refusedBySudo = new Set<string>();

export const devicePath = (controller: NvmeController, { namespace }: Pick<AccessMethod, 'namespace'>) =>
  `/dev/${(namespace ? controller.namespaces[0]?.name : undefined) ?? controller.name}`;

/** sudo itself ends what takes too long, by its rule, and dies of the same signal. Killed, it would leave its command behind; a
 * signal that it can catch it hands on. */
async function runWithSudo(words: readonly string[], seconds: number): Promise<CommandResult> {
  const since = performance.now();
  try {
    return await runCommand('sudo', ['-n', ...words], { seconds: seconds + 3, killSignal: 'SIGTERM' });
  } catch (error) {
    if (performance.now() - since < seconds * 1000) throw error;
    throw new CommandError(`sudo -n ${words.join(' ')}: timed out after ${seconds} s`, { timedOut: true });
  }
}

/** Runs a drive's tool. Rejects with what was run and why there is no answer. */
export async function runDriveTool(
  command: string,
  args: readonly string[],
  { sudo }: Pick<AccessMethod, 'sudo'>,
  seconds: number,
): Promise<CommandResult> {
  if (!sudo) return runCommand(command, args, { seconds });
  const answer = await runWithSudo([command, ...args], seconds);
  if (answer.status === 0 || !/^(sudo:|Sorry, user )/m.test(answer.stderr)) return answer;
  refusedBySudo.add(command);
  throw new Error(`sudo -n ${command} ${args.join(' ')}: ${answer.stderr.trim().split('\n')[0]}`);
}

export async function readHealth(
  controller: NvmeController,
  method: AccessMethod,
  seconds: number,
): Promise<DriveHealth> {
  const { program, args, parse } = method.command;
  const words = args(devicePath(controller, method));
  const answer = await runDriveTool(program, words, method, seconds);
  try {
    const health = parse(answer);
    return { ...health, log: validateHealthLog(health.log) };
  } catch (cause) {
    const message = `${program} ${words.join(' ')}: ${describeError(cause)}`;
    if (cause instanceof NoDriveAnswerError) throw new NoDriveAnswerError(message);
    throw cause instanceof DriveRefusedError ? new DriveRefusedError(message) : new Error(message);
  }
}

/** Whether the drive, not the command, is at fault. */
export const isWorthNoOtherMethod = (error: unknown): boolean =>
  error instanceof NoDriveAnswerError || (error instanceof CommandError && error.timedOut);

function accessMethodsFor(controller: NvmeController): AccessMethod[] {
  const namespaces =
    !isDevicePresent(controller.name) && controller.namespaces.some(({ name }) => isDevicePresent(name))
      ? [false, true]
      : [false];
  const withSudo = canUseSudo() && explainMissingRight(controller.name) !== undefined;
  const without = namespaces.flatMap((namespace) =>
    healthCommands.map((command) => ({ command, sudo: false, namespace })),
  );
  return withSudo
    ? [...without, ...healthCommands.map((command) => ({ command, sudo: true, namespace: false }))]
    : without;
}

/** Tries one way after the other. Rejects with NoHealth where nothing is broken, at once where the drive hangs, and else with
 * what the first way met. */
export async function findAccessMethod(
  controller: NvmeController,
  seconds: number,
): Promise<{ method: AccessMethod; health: DriveHealth }> {
  const missing = new Set<string>();
  const failures: unknown[] = [];
  for (const method of accessMethodsFor(controller)) {
    const { program } = method.command;
    const hopeless =
      !method.sudo && failures.length > 0 && canUseSudo() && explainMissingRight(controller.name) !== undefined;
    if (hopeless || missing.has(program) || (method.sudo && (missing.has('sudo') || refusedBySudo.has(program))))
      continue;
    try {
      return { method, health: await readHealth(controller, method, seconds) };
    } catch (error) {
      if (isWorthNoOtherMethod(error)) throw error;
      if (error instanceof CommandError && error.missing) missing.add(method.sudo ? 'sudo' : program);
      else failures.push(error);
    }
  }
  throw explainFailures(controller, failures);
}

function explainFailures(controller: NvmeController, failures: readonly unknown[]): unknown {
  const refusal = failures.find((error) => error instanceof DriveRefusedError);
  if (refusal !== undefined) return new HealthUnavailableError(describeError(refusal));
  if (failures.length === 0)
    return new HealthUnavailableError('neither nvme nor smartctl is installed: apt install nvme-cli');
  const right = explainMissingRight(controller.name);
  return right === undefined ? failures[0] : new HealthUnavailableError(right);
}
