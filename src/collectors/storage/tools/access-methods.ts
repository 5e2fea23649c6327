import { CommandError, type CommandResult, runCommand } from '../../../lib/command.ts';
import { describeError } from '../../../model/errors.ts';
import type { DriveLimitsAndCapacity, HealthLog, HealthSource } from '../nvme/reading.ts';
import type { NvmeController } from '../nvme/sysfs.ts';
import { canUseSudo, explainMissingRight, isDevicePresent } from './device-rights.ts';
import { DriveRefusedError, NoDriveAnswerError, requireFilledHealthLog } from './health-log.ts';
import { parseSmartLog, requireNvmeCliOutput } from './nvme-cli.ts';
import { parseSmartctlHealth } from './smartctl.ts';

export interface DriveHealth {
  log: HealthLog;
  limits: DriveLimitsAndCapacity;
  /** Bytes in use by NSID, if the command reports them. */
  usedBytes: ReadonlyMap<number, number>;
}

/** A command that reports a drive's health. */
interface HealthCommand {
  source: HealthSource;
  program: string;
  args(node: string): string[];
  parse(result: CommandResult): DriveHealth;
  /** nvme-cli's subcommand that identifies a controller or a namespace. */
  identify?(target: 'ctrl' | 'ns'): string[];
}

const nvmeCli = (subcommand: string[], identify: (target: string) => string[]): HealthCommand => ({
  source: 'nvme_cli',
  program: 'nvme',
  args: (node) => [...subcommand, node, '-o', 'json'],
  parse: (result) => ({ log: parseSmartLog(requireNvmeCliOutput(result)), limits: {}, usedBytes: new Map() }),
  identify,
});

/** In order of preference; nvme-cli 3 can be built without its old subcommands. */
const healthCommands: readonly HealthCommand[] = [
  nvmeCli(['smart-log'], (target) => [`id-${target}`]),
  // The exit status is ignored: its bits also stand for errors in the past.
  {
    source: 'smartctl',
    program: 'smartctl',
    args: (node) => ['-j', '-i', '-H', '-A', node],
    parse: ({ stdout }) => parseSmartctlHealth(stdout),
  },
  nvmeCli(['log', 'smart'], (target) => ['id', target]),
];

/** How to read a drive's health: a command, with or without sudo, on the controller or, if a container has only that,
 * on a namespace. */
export interface AccessMethod {
  command: HealthCommand;
  sudo: boolean;
  namespace: boolean;
}

/** The health can't be read although nothing is broken; the message says how to change that. */
export class HealthUnavailableError extends Error {}

/** Commands for which sudo requires a password. They are not tried again, because sudo logs each attempt. */
const refusedBySudo = new Set<string>();

export const devicePath = (controller: NvmeController, { namespace }: Pick<AccessMethod, 'namespace'>) =>
  `/dev/${(namespace ? controller.namespaces[0]?.name : undefined) ?? controller.name}`;

/** By its rule, sudo itself ends a command that takes too long. SIGTERM rather than SIGKILL, because sudo can pass it
 * on and would otherwise leave the command running. */
async function runWithSudo(commandLine: readonly string[], seconds: number): Promise<CommandResult> {
  const startedAt = performance.now();
  try {
    return await runCommand('sudo', ['-n', ...commandLine], { seconds: seconds + 3, killSignal: 'SIGTERM' });
  } catch (error) {
    if (performance.now() - startedAt < seconds * 1000) throw error;
    throw new CommandError(`sudo -n ${commandLine.join(' ')}: timed out after ${seconds} s`, { timedOut: true });
  }
}

/** Runs nvme or smartctl, with sudo if the method says so. Rejects with an error that names the command. */
export async function runDriveTool(
  command: string,
  args: readonly string[],
  { sudo }: Pick<AccessMethod, 'sudo'>,
  seconds: number,
): Promise<CommandResult> {
  if (!sudo) return runCommand(command, args, { seconds });
  const result = await runWithSudo([command, ...args], seconds);
  if (result.status === 0 || !/^(sudo:|Sorry, user )/m.test(result.stderr)) return result;
  refusedBySudo.add(command);
  throw new Error(`sudo -n ${command} ${args.join(' ')}: ${result.stderr.trim().split('\n')[0]}`);
}

export async function readDriveHealth(
  controller: NvmeController,
  method: AccessMethod,
  seconds: number,
): Promise<DriveHealth> {
  const { program, args, parse } = method.command;
  const commandArgs = args(devicePath(controller, method));
  const result = await runDriveTool(program, commandArgs, method, seconds);
  try {
    const health = parse(result);
    return { ...health, log: requireFilledHealthLog(health.log) };
  } catch (cause) {
    const message = `${program} ${commandArgs.join(' ')}: ${describeError(cause)}`;
    if (cause instanceof NoDriveAnswerError) throw new NoDriveAnswerError(message);
    throw cause instanceof DriveRefusedError ? new DriveRefusedError(message) : new Error(message);
  }
}

/** Whether the drive, not the command, is at fault. */
export const isDriveAtFault = (error: unknown): boolean =>
  error instanceof NoDriveAnswerError || (error instanceof CommandError && error.timedOut);

function accessMethodsFor(controller: NvmeController): AccessMethod[] {
  const namespaces =
    !isDevicePresent(controller.name) && controller.namespaces.some(({ name }) => isDevicePresent(name))
      ? [false, true]
      : [false];
  const withSudo = canUseSudo() && explainMissingRight(controller.name) !== undefined;
  const methodsWithoutSudo = namespaces.flatMap((namespace) =>
    healthCommands.map((command) => ({ command, sudo: false, namespace })),
  );
  return withSudo
    ? [...methodsWithoutSudo, ...healthCommands.map((command) => ({ command, sudo: true, namespace: false }))]
    : methodsWithoutSudo;
}

/** Tries the access methods in turn. Rejects with a HealthUnavailableError if nothing is broken, at once after a
 * timeout, and otherwise with an error that has the words of each method that failed. */
export async function findAccessMethodAndHealth(
  controller: NvmeController,
  seconds: number,
): Promise<{ method: AccessMethod; health: DriveHealth }> {
  const missingPrograms = new Set<string>();
  const failures: unknown[] = [];
  for (const method of accessMethodsFor(controller)) {
    const { program } = method.command;
    const onlySudoCanHelp =
      !method.sudo && failures.length > 0 && canUseSudo() && explainMissingRight(controller.name) !== undefined;
    if (
      onlySudoCanHelp ||
      missingPrograms.has(program) ||
      (method.sudo && (missingPrograms.has('sudo') || refusedBySudo.has(program)))
    )
      continue;
    try {
      return { method, health: await readDriveHealth(controller, method, seconds) };
    } catch (error) {
      if (isDriveAtFault(error)) throw error;
      if (error instanceof CommandError && error.missing) missingPrograms.add(method.sudo ? 'sudo' : program);
      else failures.push(error);
    }
  }
  throw explainFailures(controller, failures);
}

function explainFailures(controller: NvmeController, failures: readonly unknown[]): Error {
  if (failures.length === 0)
    return new HealthUnavailableError('neither nvme nor smartctl is installed: apt install nvme-cli');
  const messages = [...new Set(failures.map(describeError))].join('; ');
  if (failures.some((error) => error instanceof DriveRefusedError)) return new HealthUnavailableError(messages);
  const right = explainMissingRight(controller.name);
  return right === undefined ? new Error(messages) : new HealthUnavailableError(right);
}
