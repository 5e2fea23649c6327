import { existsSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { basename } from 'node:path';
import { listFolderSync, tryReadTextKeepOpenSync } from '../../../lib/files.ts';
import { type IncludeExcludeVerdict, splitNamesIntoWatchedAndExcluded } from '../../../lib/include-exclude-matcher.ts';
import { type SlowSysfsFileReader, undefinedIfUnanswered } from '../../../lib/slow-sysfs-file-reader.ts';
import type { StepwiseWork } from '../../../model/event-loop-turns.ts';
import type { HostRoots } from '../../../model/host-roots.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { InterfaceReading } from '../reading.ts';
import { defaultRouteInterfaces, longestLivedIpv6ByInterface } from './ip-config.ts';

/** Xen's end of a guest's interface has a device, but belongs to the guest. */
const guestInterfaces = /^vif\d+\.\d+(-emu)?$/;

/** Selects hardware, bonds, and the interface of the default route, which in a container or behind a bridge is no
 * hardware. */
export function* listWatchedAndExcludedInterfaces(
  roots: HostRoots,
  verdict: (name: string) => IncludeExcludeVerdict,
): StepwiseWork<{ watched: string[]; excluded: string[]; names: string[] }> {
  const routes = defaultRouteInterfaces(roots);
  const isSelectedByDefault = (name: string) =>
    routes.has(name) ||
    existsSync(roots.sys('class/net', name, 'bonding')) ||
    (existsSync(roots.sys('class/net', name, 'device')) && !guestInterfaces.test(name));
  // bonding_masters is a file of the bonding driver.
  const names = listFolderSync(roots.sys('class/net')).filter((name) => name !== 'bonding_masters');
  return { ...(yield* splitNamesIntoWatchedAndExcluded(names, verdict, isSelectedByDefault)), names };
}

export type InterfaceCounters = Pick<
  InterfaceReading,
  'received' | 'sent' | 'receiveErrors' | 'sendErrors' | 'receiveDrops' | 'sendDrops'
>;

const parseCount = (text: string) => (/^\d{1,20}$/.test(text) ? Number(text) : undefined);

/** Parses /proc/net/dev, which has eight numbers for each direction in an interface's line. */
export function parseNetDev(text: string): Map<string, InterfaceCounters> {
  const counters = new Map<string, InterfaceCounters>();
  for (const line of text.split('\n')) {
    const [, name, numbers = ''] = /^\s*([^\s:]+):(.*)$/.exec(line) ?? [];
    if (name === undefined) continue;
    const [received, , receiveErrors, receiveDrops, , , , , sent, , sendErrors, sendDrops] = numbers
      .trim()
      .split(/\s+/)
      .map(parseCount);
    counters.set(name, { received, sent, receiveErrors, sendErrors, receiveDrops, sendDrops });
  }
  return counters;
}

/** Addresses in this process's network namespace, which in a container is the host's only with host networking. */
export function readInterfaceAddresses(roots: HostRoots): (name: string) => Pick<InterfaceReading, 'ipv4' | 'ipv6'> {
  const ofKernel = networkInterfaces();
  const ipv6 = longestLivedIpv6ByInterface(roots);
  return (name) => ({
    ipv4: ofKernel[name]?.find(({ family }) => family === 'IPv4')?.address,
    ipv6: ipv6.get(name),
  });
}

/** Drivers of virtual machines, which claim a speed that nothing holds to. */
const paravirtualDrivers = /^(virtio_net|vmxnet3|hv_netvsc|netfront|vif|ena|gve)$/;

/** What an interface is; the same as long as its index is. */
export interface InterfaceHardware {
  hasDevice: boolean;
  /** Whether the link speed limits the rates: it is made up for bridges, tunnels and virtual interfaces. */
  isLimitedByLinkSpeed: boolean;
}

export function readInterfaceHardware(roots: HostRoots, name: string): InterfaceHardware {
  const device = roots.sys('class/net', name, 'device');
  const hasDevice = existsSync(device);
  return { hasDevice, isLimitedByLinkSpeed: hasDevice && !isParavirtual(device) };
}

function isParavirtual(device: string): boolean {
  try {
    return paravirtualDrivers.test(basename(readlinkSync(`${device}/driver`)));
  } catch {
    return false;
  }
}

/** The greatest speed of the kernel's drivers is 1.6 Tbit/s; greater numbers are −1 without a sign. 65535 is −1 of
 * older kernels (SPEED_UNKNOWN in linux/ethtool.h). */
const parseSpeed = (megabits: number | undefined) =>
  megabits !== undefined && megabits > 0 && megabits !== 65_535 && megabits <= 1_600_000
    ? toBaseUnit(megabits, 'Mbit/s')
    : undefined;

export type InterfaceLinkAndSpeed = Pick<InterfaceReading, 'link' | 'speedBytesPerSecond'>;

/** What a driver has said of an interface; incomplete if it did not answer all that was asked. */
export interface DriverAnswer {
  answer: InterfaceLinkAndSpeed;
  isComplete: boolean;
}

/** What shows that link or speed may have changed, read from the kernel's memory: it counts the changes of the carrier
 * since Linux 3.15, and a link that agrees on another speed goes down in between. Without the counter nothing shows it,
 * nor for a bond or a bridge, whose speed is that of its members. */
export function linkBasis(roots: HostRoots, name: string, { hasDevice }: InterfaceHardware): readonly unknown[] {
  const file = (path: string) => tryReadTextKeepOpenSync(roots.sys('class/net', name, path));
  return [(hasDevice ? file('carrier_changes') : undefined) ?? Symbol('unknown'), file('flags')];
}

/** The carrier can't be read while an interface is down; the speed of one without a cable or of Wi-Fi is -1 or can't be
 * read. */
export async function readInterfaceLinkAndSpeed(
  roots: HostRoots,
  drivers: SlowSysfsFileReader,
  name: string,
): Promise<DriverAnswer> {
  const link = drivers.number(roots.sys('class/net', name, 'carrier')).then((carrier) => carrier === 1);
  const speed = drivers.number(roots.sys('class/net', name, 'speed')).then((megabits) => ({ megabits }));
  const [answeredLink, answeredSpeed] = await Promise.all([undefinedIfUnanswered(link), undefinedIfUnanswered(speed)]);
  return {
    answer: { link: answeredLink, speedBytesPerSecond: parseSpeed(answeredSpeed?.megabits) },
    isComplete: answeredLink !== undefined && answeredSpeed !== undefined,
  };
}
