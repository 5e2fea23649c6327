import { createHmac } from 'node:crypto';
import { isInContainer } from '../lib/container.ts';
import { tryReadTextSync } from '../lib/files.ts';
import { resolveHostPath } from '../lib/host-path.ts';
import type { HostRoots } from '../model/host-roots.ts';

/** Tells this machine from others, without the machine-id itself, which must not leave it: machine-id(5) advises such a
 * hash. Undefined without a machine-id, and in a container that does not see the host's. */
export function readHashedMachineId(roots: HostRoots): string | undefined {
  if (roots.isHostRoot && isInContainer()) return undefined;
  const id = tryReadTextSync(resolveHostPath(roots, 'etc/machine-id'))?.trim() ?? '';
  return /^[0-9a-f]{32}$/.test(id)
    ? createHmac('sha256', id).update('infra-monitor').digest('hex').slice(0, 32)
    : undefined;
}
