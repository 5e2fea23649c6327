import { join } from 'node:path';
import { ask } from '../../../lib/run.ts';
import type { Limits } from '../reading.ts';
import type { Controller, Namespace } from '../sysfs.ts';
import { warmth } from './hwmon.ts';
import { parseIdentifyController, parseNamespaceUse, textOf } from './nvme-cli.ts';
import { call, nodeFor, type Way } from './ways.ts';

/** What a drive says of itself once: from nvme-cli where that is the way, else from the kernel's own question. */
export async function limitsOf(controller: Controller, way: Way, seconds: number): Promise<Limits> {
  const { identify } = way.question;
  if (identify === undefined) return (await warmth(controller.folder, seconds))?.limits ?? {};
  const answer = await call('nvme', [...identify('ctrl'), nodeFor(controller, way), '-o', 'json'], way, seconds);
  return parseIdentifyController(textOf(answer));
}

/** Bytes in use. Newer kernels (6.8) ask the drive for us. */
export async function useOf(controller: Controller, namespace: Namespace, way: Way, seconds: number): Promise<number | undefined> {
  const file = join(namespace.folder, 'nuse');
  const { stdout, status } = await ask('cat', [file], { seconds });
  if (status === 0) return /^\d+\s*$/.test(stdout) ? Number(stdout) * namespace.blockSize : undefined;
  const { identify } = way.question;
  if (identify === undefined) return undefined;
  const answer = await call('nvme', [...identify('ns'), nodeFor(controller, way), '-n', String(namespace.id), '-o', 'json'], way, seconds);
  return parseNamespaceUse(textOf(answer));
}
