import { join } from 'node:path';
import { runCommand } from '../../../lib/command.ts';
import type { TemperatureLimitsAndCapacity } from '../nvme/reading.ts';
import type { NvmeController, NvmeNamespace } from '../nvme/sysfs.ts';
import { type AccessMethod, deviceNodePath } from './nvme-access-methods.ts';
import { parseNamespaceUsedBytes, parseTemperatureLimitsAndCapacity, requireNvmeCliOutput } from './nvme-cli.ts';
import { readNvmeHwmon } from './nvme-hwmon.ts';

/** Reads temperature limits and capacity with nvme-cli if that is the access method, else the limits from hwmon. */
export async function readTemperatureLimitsAndCapacity(
  controller: NvmeController,
  method: AccessMethod,
  seconds: number,
): Promise<TemperatureLimitsAndCapacity> {
  const { identify } = method.command;
  if (identify === undefined) return (await readNvmeHwmon(controller.folder, seconds))?.limits ?? {};
  const result = await method.runner.run(
    'nvme',
    [...identify('ctrl'), deviceNodePath(controller, method), '-o', 'json'],
    seconds,
  );
  return parseTemperatureLimitsAndCapacity(requireNvmeCliOutput(result));
}

/** Uses sysfs if the kernel has the file `nuse` (Linux 6.8 and later), else nvme-cli. */
export async function readNamespaceUsedBytes(
  controller: NvmeController,
  namespace: NvmeNamespace,
  method: AccessMethod,
  seconds: number,
): Promise<number | undefined> {
  const file = join(namespace.folder, 'nuse');
  const { stdout, status } = await runCommand('cat', [file], { seconds });
  if (status === 0) return /^\d+\s*$/.test(stdout) ? Number(stdout) * namespace.blockSize : undefined;
  const { identify } = method.command;
  if (identify === undefined) return undefined;
  const result = await method.runner.run(
    'nvme',
    [...identify('ns'), deviceNodePath(controller, method), '-n', String(namespace.id), '-o', 'json'],
    seconds,
  );
  return parseNamespaceUsedBytes(requireNvmeCliOutput(result));
}
