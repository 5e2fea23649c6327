import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';
import { type DriverFileReader, undefinedIfUnanswered } from '../../../lib/driver-file-reader.ts';
import { listFolderSync, tryReadTextSync } from '../../../lib/files.ts';
import { type GlobVerdict, selectWatchedAndExcludedNames } from '../../../lib/glob-classifier.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { InterfaceReading } from '../reading.ts';

/** Interfaces of the default routes. */
function defaultRouteInterfaces(roots: HostRoots): Set<string> {
  const rows = (tryReadTextSync(roots.proc('net/route')) ?? '').split('\n').map((line) => line.split('\t'));
  return new Set(rows.flatMap(([name, destination]) => (destination === '00000000' && name ? [name] : [])));
}

/** Selects hardware, bonds, and the interface of the default route, which in a container or behind a bridge is no
 * hardware. */
export function selectWatchedAndExcludedInterfaces(
  roots: HostRoots,
  verdict: (name: string) => GlobVerdict,
): { watched: string[]; excluded: string[] } {
  const routes = defaultRouteInterfaces(roots);
  const isSelectedByDefault = (name: string) =>
    existsSync(roots.sys('class/net', name, 'device')) ||
    existsSync(roots.sys('class/net', name, 'bonding')) ||
    routes.has(name);
  // bonding_masters is a file of the bonding driver.
  const names = listFolderSync(roots.sys('class/net')).filter((name) => name !== 'bonding_masters');
  return selectWatchedAndExcludedNames(names, verdict, isSelectedByDefault);
}

/** Addresses in this process's network namespace, which in a container is the host's only with host networking. */
function interfaceAddresses(name: string): Pick<InterfaceReading, 'ipv4' | 'ipv6'> {
  const addresses = networkInterfaces()[name] ?? [];
  return {
    ipv4: addresses.find(({ family }) => family === 'IPv4')?.address,
    ipv6: addresses.find(({ family, address }) => family === 'IPv6' && !address.startsWith('fe80:'))?.address,
  };
}

/** Parses /proc/net/dev, which has eight numbers for each direction in the interface's line. */
export function readInterfaceTrafficAndAddresses(
  roots: HostRoots,
  netDev: string,
  name: string,
  rates: CounterRateCalculator,
): InterfaceReading {
  const line = netDev.split('\n').find((row) => row.trimStart().startsWith(`${name}:`));
  if (line === undefined) throw new Error(`${name}: not in ${roots.proc('net/dev')}`);
  const [received = 0, , receiveErrors = 0, receiveDrops = 0, , , , , sent = 0, , sendErrors = 0, sendDrops = 0] = line
    .slice(line.indexOf(':') + 1)
    .trim()
    .split(/ +/)
    .map(Number);
  return {
    received,
    sent,
    receivedPerSecond: rates.perSecond(`${name} received`, received),
    sentPerSecond: rates.perSecond(`${name} sent`, sent),
    receiveErrors,
    sendErrors,
    receiveDrops,
    sendDrops,
    ...interfaceAddresses(name),
  };
}

/** The carrier can't be read while an interface is down; the speed of one without a cable or of Wi-Fi is -1 or can't be
 * read. */
export async function readLinkAndSpeed(
  roots: HostRoots,
  drivers: DriverFileReader,
  name: string,
): Promise<Pick<InterfaceReading, 'link' | 'speedBytesPerSecond'>> {
  const link = drivers.number(roots.sys('class/net', name, 'carrier')).then((carrier) => carrier === 1);
  const speed = drivers
    .number(roots.sys('class/net', name, 'speed'))
    .then((megabits) => (megabits !== undefined && megabits > 0 ? toBaseUnit(megabits, 'Mbit/s') : undefined));
  const [answeredLink, answeredSpeed] = await Promise.all([undefinedIfUnanswered(link), undefinedIfUnanswered(speed)]);
  return { link: answeredLink, speedBytesPerSecond: answeredSpeed };
}
