import type { Metrics } from '../../model/metric.ts';
import type { DiskReading, FanReading, FilesystemReading, HostReading, InterfaceReading, TemperatureReading } from './reading.ts';

const diagnostic = 'diagnostic';
const GiB = 1024 ** 3;

const scaled = (value: number | undefined, by: number) => (value === undefined ? undefined : value / by);
const percent = (part: number, whole: number) => (whole > 0 ? (100 * part) / whole : undefined);

const host: Metrics<HostReading> = {
  cpu_used: { kind: 'gauge', name: 'CPU', unit: '%', icon: 'mdi:cpu-64-bit', jitter: 3, value: (r) => r.cpu?.used },
  cpu_user: { kind: 'gauge', name: 'CPU user', unit: '%', jitter: 2, icon: 'mdi:cpu-64-bit', category: diagnostic, enabled: false, value: (r) => r.cpu?.user },
  cpu_system: { kind: 'gauge', name: 'CPU system', unit: '%', jitter: 2, icon: 'mdi:cpu-64-bit', category: diagnostic, enabled: false, value: (r) => r.cpu?.system },
  cpu_iowait: { kind: 'gauge', name: 'CPU I/O wait', unit: '%', jitter: 2, icon: 'mdi:cpu-64-bit', category: diagnostic, enabled: false, value: (r) => r.cpu?.iowait },
  cpu_steal: { kind: 'gauge', name: 'CPU steal', unit: '%', jitter: 2, icon: 'mdi:cpu-64-bit', category: diagnostic, enabled: false, value: (r) => r.cpu?.steal },
  cpu_temperature: { kind: 'gauge', name: 'CPU temperature', deviceClass: 'temperature', unit: '°C', jitter: 3, optional: true, value: (r) => r.cpuTemperature },
  cpu_frequency: {
    kind: 'gauge',
    name: 'CPU frequency',
    deviceClass: 'frequency',
    unit: 'MHz',
    jitter: 200,
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => r.cpuFrequency,
  },
  load_1: { kind: 'gauge', name: 'Load 1 min', precision: 2, jitter: 0.1, icon: 'mdi:gauge', category: diagnostic, enabled: false, optional: true, value: (r) => r.load?.one },
  load_5: { kind: 'gauge', name: 'Load 5 min', precision: 2, jitter: 0.2, icon: 'mdi:gauge', optional: true, value: (r) => r.load?.five },
  load_15: {
    kind: 'gauge',
    name: 'Load 15 min',
    precision: 2,
    jitter: 0.1,
    icon: 'mdi:gauge',
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => r.load?.fifteen,
  },
  memory_used: {
    kind: 'gauge',
    name: 'Memory',
    unit: '%',
    precision: 1,
    jitter: 1,
    icon: 'mdi:memory',
    value: (r) => r.memory && percent(r.memory.total - r.memory.available, r.memory.total),
  },
  memory_available: { kind: 'gauge', name: 'Memory available', deviceClass: 'data_size', unit: 'GiB', precision: 2, jitter: 0.1, value: (r) => scaled(r.memory?.available, GiB) },
  memory_total: {
    kind: 'gauge',
    name: 'Memory total',
    deviceClass: 'data_size',
    unit: 'GiB',
    precision: 2,
    category: diagnostic,
    enabled: false,
    value: (r) => scaled(r.memory?.total, GiB),
  },
  swap_used: {
    kind: 'gauge',
    name: 'Swap',
    unit: '%',
    precision: 1,
    jitter: 1,
    icon: 'mdi:harddisk',
    optional: true,
    value: (r) => r.memory && percent(r.memory.swapTotal - r.memory.swapFree, r.memory.swapTotal),
  },
  swap_total: {
    kind: 'gauge',
    name: 'Swap total',
    deviceClass: 'data_size',
    unit: 'GiB',
    precision: 2,
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => scaled(r.memory?.swapTotal || undefined, GiB),
  },
  pressure_cpu: {
    kind: 'gauge',
    name: 'CPU pressure',
    unit: '%',
    precision: 1,
    jitter: 1,
    icon: 'mdi:car-brake-alert',
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => r.pressure?.cpu,
  },
  pressure_memory: {
    kind: 'gauge',
    name: 'Memory pressure',
    unit: '%',
    precision: 1,
    jitter: 1,
    icon: 'mdi:car-brake-alert',
    optional: true,
    category: diagnostic,
    value: (r) => r.pressure?.memory,
  },
  pressure_io: {
    kind: 'gauge',
    name: 'I/O pressure',
    unit: '%',
    precision: 1,
    jitter: 2,
    icon: 'mdi:car-brake-alert',
    optional: true,
    category: diagnostic,
    value: (r) => r.pressure?.io,
  },
  boot_time: { kind: 'instant', name: 'Last boot', jitter: 60, category: diagnostic, value: (r) => r.bootTime },
  processes: { kind: 'gauge', name: 'Processes', jitter: 10, icon: 'mdi:application-cog', category: diagnostic, enabled: false, optional: true, value: (r) => r.processes },
  reboot_required: { kind: 'flag', name: 'Reboot required', icon: 'mdi:restart-alert', category: diagnostic, optional: true, value: (r) => r.rebootRequired },
  failed_units: { kind: 'gauge', name: 'Failed systemd units', icon: 'mdi:cog-off', category: diagnostic, optional: true, value: (r) => r.failedUnits },
  throttled: { kind: 'flag', name: 'Throttled', deviceClass: 'problem', category: diagnostic, optional: true, value: (r) => r.throttled },
  under_voltage: { kind: 'flag', name: 'Under-voltage', deviceClass: 'problem', category: diagnostic, optional: true, value: (r) => r.underVoltage },
  throttle_events: {
    kind: 'counter',
    name: 'Throttle events',
    icon: 'mdi:thermometer-alert',
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => r.throttleEvents,
  },
  processor: { kind: 'text', name: 'Processor', icon: 'mdi:cpu-64-bit', category: diagnostic, enabled: false, optional: true, value: (r) => r.processor },
  virtualization: { kind: 'text', name: 'Virtualization', icon: 'mdi:layers', category: diagnostic, enabled: false, optional: true, value: (r) => r.virtualization },
};

const filesystem: Metrics<FilesystemReading> = {
  used: { kind: 'gauge', name: 'Used', unit: '%', precision: 1, jitter: 0.5, icon: 'mdi:harddisk', value: (r) => percent(r.total - r.free, r.total - r.free + r.available) },
  free: { kind: 'gauge', name: 'Free', deviceClass: 'data_size', unit: 'GiB', precision: 2, jitter: 0.1, value: (r) => scaled(r.available, GiB) },
  total: { kind: 'gauge', name: 'Total', deviceClass: 'data_size', unit: 'GiB', precision: 2, category: diagnostic, enabled: false, value: (r) => scaled(r.total, GiB) },
  inodes_used: {
    kind: 'gauge',
    name: 'Inodes used',
    unit: '%',
    precision: 1,
    jitter: 0.5,
    icon: 'mdi:file-multiple',
    category: diagnostic,
    enabled: false,
    optional: true,
    value: (r) => percent(r.inodes - r.inodesFree, r.inodes),
  },
  read_only: { kind: 'flag', name: 'Read-only', icon: 'mdi:lock', category: diagnostic, value: (r) => r.readOnly },
};

/** Mbit/s: what lines and switches are sold by. */
const megabits = (bytesPerSecond: number | undefined) => scaled(bytesPerSecond, 125_000);

const networkInterface: Metrics<InterfaceReading> = {
  receive_rate: { kind: 'gauge', name: 'Receive rate', deviceClass: 'data_rate', unit: 'Mbit/s', precision: 2, jitter: 0.1, value: (r) => megabits(r.receivedPerSecond) },
  send_rate: { kind: 'gauge', name: 'Send rate', deviceClass: 'data_rate', unit: 'Mbit/s', precision: 2, jitter: 0.1, value: (r) => megabits(r.sentPerSecond) },
  received: {
    kind: 'counter',
    name: 'Received',
    deviceClass: 'data_size',
    unit: 'GB',
    precision: 3,
    jitter: 0.01,
    category: diagnostic,
    enabled: false,
    value: (r) => r.received / 1e9,
  },
  sent: { kind: 'counter', name: 'Sent', deviceClass: 'data_size', unit: 'GB', precision: 3, jitter: 0.01, category: diagnostic, enabled: false, value: (r) => r.sent / 1e9 },
  receive_errors: { kind: 'counter', name: 'Receive errors', icon: 'mdi:alert-circle', category: diagnostic, enabled: false, optional: true, value: (r) => r.receiveErrors },
  send_errors: { kind: 'counter', name: 'Send errors', icon: 'mdi:alert-circle', category: diagnostic, enabled: false, optional: true, value: (r) => r.sendErrors },
  receive_drops: { kind: 'counter', name: 'Receive drops', icon: 'mdi:delete', category: diagnostic, enabled: false, optional: true, value: (r) => r.receiveDrops },
  send_drops: { kind: 'counter', name: 'Send drops', icon: 'mdi:delete', category: diagnostic, enabled: false, optional: true, value: (r) => r.sendDrops },
  link: { kind: 'flag', name: 'Link', deviceClass: 'connectivity', category: diagnostic, value: (r) => r.link },
  speed: { kind: 'gauge', name: 'Link speed', deviceClass: 'data_rate', unit: 'Mbit/s', category: diagnostic, enabled: false, optional: true, value: (r) => r.speed },
  ipv4: { kind: 'text', name: 'IPv4 address', icon: 'mdi:ip-network', category: diagnostic, enabled: false, optional: true, value: (r) => r.ipv4 },
  ipv6: { kind: 'text', name: 'IPv6 address', icon: 'mdi:ip-network', category: diagnostic, enabled: false, optional: true, value: (r) => r.ipv6 },
};

const disk: Metrics<DiskReading> = {
  read_rate: { kind: 'gauge', name: 'Read rate', deviceClass: 'data_rate', unit: 'MB/s', precision: 2, jitter: 0.2, value: (r) => scaled(r.readPerSecond, 1e6) },
  write_rate: { kind: 'gauge', name: 'Write rate', deviceClass: 'data_rate', unit: 'MB/s', precision: 2, jitter: 0.2, value: (r) => scaled(r.writtenPerSecond, 1e6) },
  busy: { kind: 'gauge', name: 'Busy', unit: '%', jitter: 3, icon: 'mdi:harddisk', value: (r) => r.busy },
};

const temperature: Metrics<TemperatureReading> = {
  temperature: { kind: 'gauge', name: 'Temperature', deviceClass: 'temperature', unit: '°C', jitter: 3, category: diagnostic, enabled: false, value: (r) => r.celsius },
};

const fan: Metrics<FanReading> = {
  speed: { kind: 'gauge', name: 'Speed', unit: 'rpm', jitter: 100, icon: 'mdi:fan', category: diagnostic, enabled: false, value: (r) => r.rpm },
};

export const metrics = { host, filesystem, interface: networkInterface, disk, temperature, fan };
