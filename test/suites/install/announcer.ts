import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../helpers/until.ts';
import type { Home, Place } from '../router/home.ts';

/** A service as its host announces it. */
export interface Announcement {
  type: '_mqtt._tcp' | '_home-assistant._tcp';
  name: string;
  host: string;
  address: string;
  port: number;
  text?: string;
}

const serviceFile = ({ type, name, host, port, text }: Announcement) => `<?xml version="1.0"?>
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<service-group><name>${name}</name><service><type>${type}</type><host-name>${host}</host-name><port>${port}</port>
${text === undefined ? '' : `<txt-record>${text}</txt-record>`}</service></service-group>`;

/** Announces services by Avahi, with a configuration of its own in place of this machine's. */
export async function announce(home: Home, place: Place, announcements: readonly Announcement[]): Promise<void> {
  const folder = join(home.folder, 'avahi');
  mkdirSync(join(folder, 'services'), { recursive: true });
  // The machine's own names would be in the way of those in `hosts`.
  writeFileSync(
    join(folder, 'avahi-daemon.conf'),
    '[server]\nuse-ipv6=no\nenable-dbus=no\n[publish]\npublish-addresses=no\n',
  );
  const addresses = new Map(announcements.map(({ host, address }) => [host, address]));
  writeFileSync(join(folder, 'hosts'), [...addresses].map(([host, address]) => `${address} ${host}\n`).join(''));
  for (const [index, one] of announcements.entries())
    writeFileSync(join(folder, 'services', `${index}.service`), serviceFile(one));
  const script = 'mount --bind "$1" /etc/avahi; mount -t tmpfs none /run; exec avahi-daemon --no-drop-root --no-chroot';
  const { output } = home.start(place, {}, 'unshare', '--mount', 'sh', '-euc', script, 'sh', folder);
  await until(
    `Avahi: ${output()}`,
    () => announcements.every(({ name }) => output().includes(`Service "${name}"`) && output().includes('established')),
    30,
  );
}
