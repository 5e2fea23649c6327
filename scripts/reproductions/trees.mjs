// Cases that are a recorded machine: what one reading of its trees has to say.
import { copyCase, environment, readOnce, valuesOf, withFolder } from './agent.mjs';

const zeroOrUnknown = [0, null];
const minuteMs = 60_000;

/** By case: settings, links in the tree, and the expected values; a function judges the value. */
const trees = {
  'a-named-mount-that-is-not-there': {
    settings: { HOST_FILESYSTEMS: '/,/mnt/nas', HOST_INTERFACES: 'eth7', HOST_DISKS: 'sdq' },
    expected: { complaints: (all) => ['/mnt/nas', 'eth7', 'sdq'].every((name) => all.join().includes(name)) },
  },
  'disk-with-a-slash': { expected: { 'disk ids': ['cciss/c0d0'], 'disk cciss/c0d0 read_rate': 0 } },
  'fs-noise': { expected: { 'filesystem ids': ['root', '/tank', '/tank/data'] } },
  'fs-zfs-pool': {
    expected: { 'filesystem /tank used': 93, 'filesystem /tank total': 5587.94, 'filesystem /tank/media used': 93 },
  },
  'gpu-that-sleeps': {
    links: { 'sys/class/hwmon/hwmon0/device': '../../../devices/pci/0000:03:00.0' },
    expected: { 'temperature amdgpu edge temperature': null, 'fan amdgpu fan1 speed': null },
  },
  'hwmon-legacy-folder': {
    expected: { cpu_temperature: 47, 'fan applesmc Main speed': 1201, 'temperature ids': [] },
  },
  'hwmon-values-of-nothing': {
    expected: {
      cpu_temperature: 44,
      'temperature ids': ['nct6798 SYSTIN'],
      'fan thinkpad fan1 speed': null,
      'fan it8628 fan1 speed': null,
      'fan it8628 fan2 speed': null,
      'fan it8628 fan3 speed': null,
      'fan it8628 fan4 speed': 820,
    },
  },
  'ipv6-only-container': { expected: { 'interface ids': ['eth0'], 'interface eth0 ipv6': 'fd00::2' } },
  'lxc-boot-time': {
    expected: { boot_time: (date) => Math.abs(Date.parse(date) - (Date.now() - 60 * minuteMs)) < minuteMs },
  },
  'lxc-memory-above-total': { expected: { memory_used: zeroOrUnknown, swap_used: zeroOrUnknown } },
  'nic-speed-unknown': { expected: { 'interface eth0 speed': null, 'interface eth1 speed': null } },
  'os-release-quotes': { expected: { softwareVersion: 'Gentoo Linux, Linux 6.8.0-case' } },
  'os-release-outside-the-root': {
    links: { 'root/etc/os-release': '/usr/lib/os-release' },
    expected: { softwareVersion: 'Host OS 9, Linux 6.8.0-case' },
  },
  'reboot-required-that-nobody-tells': { expected: { reboot_required: [true, undefined] } },
  'zfs-arc': { expected: { memory_used: 31.3, memory_available: 20.95 } },
};

export const treeCases = Object.fromEntries(
  Object.entries(trees).map(([name, { settings, links, expected }]) => [
    name,
    (path) =>
      withFolder(async (folder) => {
        copyCase(path, folder, links);
        return [[name, valuesOf(await readOnce(environment(folder, settings))), expected]];
      }),
  ]),
);
