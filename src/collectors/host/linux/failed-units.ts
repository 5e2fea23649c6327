import { existsSync } from 'node:fs';
import { isInContainer } from '../../../lib/container.ts';
import { SystemdUnitLister, UnknownDbusUserError } from '../../../lib/dbus.ts';
import { resolveHostPath } from '../../../lib/host-path.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { type HostTexts, hostTexts } from '../texts.ts';

const dbusTimeoutSeconds = 2;

/** What makes this user known to the bus. systemd keeps dbus-daemon from looking up the users that it makes up for
 * services (SYSTEMD_NSS_DYNAMIC_BYPASS), but takes a user of the service's name where there is one (systemd.exec(5),
 * DynamicUser=). */
const remedy = (texts: HostTexts) =>
  isInContainer()
    ? texts.onHost(`sudo useradd --system --uid ${process.getuid?.()} infra-monitor`)
    : 'sudo useradd --system infra-monitor && sudo systemctl restart infra-monitor';

/** Reads which of systemd's units have failed. */
export class FailedUnitsReader {
  readonly #roots: HostRoots;
  readonly #units = new SystemdUnitLister(dbusTimeoutSeconds);

  constructor(roots: HostRoots) {
    this.#roots = roots;
  }

  /** The names of the units; undefined without systemd or without permission. `hint`: how to get them. */
  async read(): Promise<{ names?: string[]; hint?: TranslatableText<HostTexts> }> {
    const socket = resolveHostPath(this.#roots, 'run/dbus/system_bus_socket');
    if (!existsSync(resolveHostPath(this.#roots, 'run/systemd/system')) || !existsSync(socket)) return {};
    try {
      return { names: (await this.#units.list(socket, 'failed')).sort() };
    } catch (error) {
      if (error instanceof UnknownDbusUserError)
        return { hint: (texts = hostTexts) => texts.unknownToBus(socket, process.getuid?.(), remedy(texts)) };
      return {};
    }
  }
}
