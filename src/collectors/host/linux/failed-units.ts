import { existsSync } from 'node:fs';
import { listSystemdUnits, UnknownDbusUserError } from '../../../lib/dbus.ts';
import { resolveHostPath } from '../../../lib/host-path.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

const dbusTimeoutSeconds = 2;

/** The names of systemd's failed units; undefined without systemd or without permission. `hint`: how to get them. */
export async function readFailedUnits(roots: HostRoots): Promise<{ names?: string[]; hint?: string }> {
  const socket = resolveHostPath(roots, 'run/dbus/system_bus_socket');
  if (!existsSync(resolveHostPath(roots, 'run/systemd/system')) || !existsSync(socket)) return {};
  try {
    return { names: (await listSystemdUnits(socket, 'failed', dbusTimeoutSeconds)).sort() };
  } catch (error) {
    // The users that systemd makes up for services are known through a library of its own.
    if (error instanceof UnknownDbusUserError) return { hint: `${error.message}: apt install libnss-systemd` };
    return {};
  }
}
