import { CommandError, type CommandResult } from '../../../lib/command.ts';
import { describeError } from '../../../model/errors.ts';
import { TranslatableError } from '../../../model/translatable-error.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { DrivesHelperError, isDrivesHelperPresent } from '../helper/drives-helper-client.ts';
import type { HealthLog, HealthSource, TemperatureLimitsAndCapacity } from '../nvme/reading.ts';
import type { NvmeController } from '../nvme/sysfs.ts';
import { type AccessTexts, accessTexts } from '../texts.ts';
import {
  type CommandRunner,
  drivesHelperRunner,
  hasSudoRefusedBefore,
  ownRightsRunner,
  sudoRunner,
} from './command-runner.ts';
import { canSudoGrantRights, deviceNodeExists, explainMissingRight } from './device-rights.ts';
import { parseSmartLog, requireNvmeCliOutput } from './nvme-cli.ts';
import { cleanHealthLogOrThrow, DriveCommandUnsupportedError, DriveDroppedOffBusError } from './nvme-health-log.ts';
import { parseSmartctlNvmeHealth } from './smartctl.ts';

export interface DriveHealth {
  log: HealthLog;
  limits: TemperatureLimitsAndCapacity;
  /** Bytes in use by NSID, if the command reports them. */
  usedBytes: ReadonlyMap<number, number>;
}

/** A command that reports a drive's health. */
interface HealthCommand {
  source: HealthSource;
  program: string;
  args(node: string): string[];
  parse(result: CommandResult): DriveHealth;
  selfTestArgs(node: string): string[];
  /** nvme-cli's subcommand that identifies a controller or a namespace. */
  identify?(target: 'ctrl' | 'ns'): string[];
}

const nvmeCli = (subcommand: string[], selfTests: string[], identify: (target: string) => string[]): HealthCommand => ({
  source: 'nvme_cli',
  program: 'nvme',
  args: (node) => [...subcommand, node, '-o', 'json'],
  parse: (result) => ({ log: parseSmartLog(requireNvmeCliOutput(result)), limits: {}, usedBytes: new Map() }),
  selfTestArgs: (node) => [...selfTests, node, '-o', 'json'],
  identify,
});

/** In order of preference; nvme-cli 3 can be built without its old subcommands. */
const healthCommands: readonly HealthCommand[] = [
  nvmeCli(['smart-log'], ['self-test-log'], (target) => [`id-${target}`]),
  // The exit status is ignored: its bits also stand for errors in the past.
  {
    source: 'smartctl',
    program: 'smartctl',
    args: (node) => ['-j', '-i', '-H', '-A', node],
    parse: ({ stdout }) => parseSmartctlNvmeHealth(stdout),
    selfTestArgs: (node) => ['-j', '-l', 'selftest', node],
  },
  nvmeCli(['log', 'smart'], ['log', 'self-test'], (target) => ['id', target]),
];

/** How to read a drive's health: a command, run with one right or another, on the controller or, if a container has
 * only that, on a namespace. */
export interface AccessMethod {
  command: HealthCommand;
  runner: CommandRunner;
  namespace: boolean;
}

/** The health can't be read although nothing is broken; its words say how to change that. */
export class HealthUnavailableError extends TranslatableError {}

export const deviceNodePath = (controller: NvmeController, { namespace }: Pick<AccessMethod, 'namespace'>) =>
  `/dev/${(namespace ? controller.namespaces[0]?.name : undefined) ?? controller.name}`;

export async function readDriveHealth(
  controller: NvmeController,
  method: AccessMethod,
  seconds: number,
): Promise<DriveHealth> {
  const { program, args, parse } = method.command;
  const commandArgs = args(deviceNodePath(controller, method));
  const result = await method.runner.run(program, commandArgs, seconds);
  try {
    const health = parse(result);
    return { ...health, log: cleanHealthLogOrThrow(health.log) };
  } catch (cause) {
    const message = `${program} ${commandArgs.join(' ')}: ${describeError(cause)}`;
    if (cause instanceof DriveDroppedOffBusError) throw new DriveDroppedOffBusError(message);
    throw cause instanceof DriveCommandUnsupportedError
      ? new DriveCommandUnsupportedError(message)
      : new Error(message);
  }
}

/** Whether the drive, not the command, is at fault. */
export const isDriveAtFault = (error: unknown): boolean =>
  error instanceof DriveDroppedOffBusError || (error instanceof CommandError && error.timedOut);

const methodsOf = (runner: CommandRunner, namespace = false) =>
  healthCommands.map((command): AccessMethod => ({ command, runner, namespace }));

function methodsWithoutHelper(controller: NvmeController): AccessMethod[] {
  const namespaces =
    !deviceNodeExists(controller.name) && controller.namespaces.some(({ name }) => deviceNodeExists(name))
      ? [false, true]
      : [false];
  const withSudo = canSudoGrantRights() && explainMissingRight(controller.name) !== undefined;
  return [
    ...namespaces.flatMap((namespace) => methodsOf(ownRightsRunner, namespace)),
    ...(withSudo ? methodsOf(sudoRunner) : []),
  ];
}

interface MethodAndHealth {
  method: AccessMethod;
  health: DriveHealth;
}

/** The first method that works, or the errors of those that do not. Rejects at once if the drive is at fault. */
async function tryMethods(
  controller: NvmeController,
  methods: readonly AccessMethod[],
  seconds: number,
): Promise<MethodAndHealth | unknown[]> {
  const missingPrograms = new Set<string>();
  const failures: unknown[] = [];
  for (const method of methods) {
    const { program } = method.command;
    const { kind } = method.runner;
    const onlySudoCanHelp =
      kind === 'own' &&
      failures.length > 0 &&
      canSudoGrantRights() &&
      explainMissingRight(controller.name) !== undefined;
    if (
      onlySudoCanHelp ||
      missingPrograms.has(program) ||
      (kind === 'sudo' &&
        (missingPrograms.has('sudo') ||
          hasSudoRefusedBefore(program, method.command.args(deviceNodePath(controller, method)))))
    )
      continue;
    try {
      return { method, health: await readDriveHealth(controller, method, seconds) };
    } catch (error) {
      if (isDriveAtFault(error)) throw error;
      if (error instanceof CommandError && error.missing) missingPrograms.add(kind === 'sudo' ? 'sudo' : program);
      else failures.push(error);
    }
  }
  return failures;
}

/** Tries the access methods in turn, first the root helper, which needs no right of this process. Rejects with a
 * HealthUnavailableError if nothing is broken, at once after a timeout, and otherwise with an error that has the words
 * of each method that failed. `helperSocket`: where this process reaches the helper. */
export async function findAccessMethodAndHealth(
  controller: NvmeController,
  seconds: number,
  helperSocket: string,
): Promise<MethodAndHealth> {
  const helperMethods = isDrivesHelperPresent(helperSocket) ? methodsOf(drivesHelperRunner(helperSocket)) : [];
  const byHelper = await tryMethods(controller, helperMethods, seconds);
  if (!Array.isArray(byHelper)) return byHelper;
  // It has every right: nobody else would get another answer.
  if (byHelper.some((error) => !(error instanceof DrivesHelperError))) throw explainFailures(byHelper, undefined);
  const found = await tryMethods(controller, methodsWithoutHelper(controller), seconds);
  if (!Array.isArray(found)) return found;
  const failures = [...byHelper, ...found];
  throw explainFailures(failures, explainMissingRight(controller.name, failures.some(isForbidden)));
}

const isForbidden = (error: unknown) => error instanceof DrivesHelperError && error.forbidden;

function explainFailures(failures: readonly unknown[], missingRight: TranslatableText<AccessTexts> | undefined): Error {
  if (failures.length === 0)
    return new HealthUnavailableError((texts = accessTexts) => texts.neitherInstalled('apt install nvme-cli'));
  const messages = [...new Set(failures.map(describeError))].join('; ');
  if (failures.some((error) => error instanceof DriveCommandUnsupportedError))
    return new HealthUnavailableError(messages);
  return missingRight === undefined ? new Error(messages) : new HealthUnavailableError(missingRight);
}
