import { disabledDiagnostic, type MetricDeclarations } from '../../../model/metric.ts';
import type { HostReading } from '../reading.ts';
import { type HostTexts, hostTexts } from '../texts.ts';

/** Home Assistant's longest state (255), less the words for what is left out. */
const maxListLength = 230;

/** As much of a list as Home Assistant has room for, with how many are left out. */
function listNames(names: readonly string[], texts: HostTexts = hostTexts): string {
  if (names.length === 0) return texts.noNames;
  let text = '';
  for (const [index, name] of names.entries()) {
    const longer = index === 0 ? name : `${text}, ${name}`;
    const rest = names.length - index;
    if (longer.length > maxListLength) return index === 0 ? texts.namesInAll(rest) : texts.moreNames(text, rest);
    text = longer;
  }
  return text;
}

/** What the operating system and the hardware say of themselves. */
export const systemMetrics = {
  boot_time: {
    kind: 'timestamp',
    name: 'Last boot',
    nodeExporter: 'boot_time',
    deadband: 60,
    category: 'diagnostic',
    value: (r) => r.bootTime,
  },
  processes: {
    kind: 'gauge',
    name: 'Processes',
    deadband: 10,
    icon: 'mdi:application-cog',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.processes,
  },
  reboot_required: {
    kind: 'boolean',
    name: 'Reboot required',
    icon: 'mdi:restart-alert',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.reboot?.required,
  },
  reboot_packages: {
    kind: 'text',
    name: 'Reboot required by',
    icon: 'mdi:package-variant',
    category: 'diagnostic',
    optional: true,
    value: (r, texts?: HostTexts) => r.reboot?.packages && listNames(r.reboot.packages, texts),
  },
  updates_pending: {
    kind: 'gauge',
    name: 'OS updates pending',
    icon: 'mdi:package-up',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.updates?.count,
  },
  security_updates_pending: {
    kind: 'gauge',
    name: 'OS security updates pending',
    icon: 'mdi:shield-alert',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.updates?.securityCount,
  },
  failed_units: {
    kind: 'gauge',
    name: 'Failed systemd units',
    icon: 'mdi:cog-off',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.failedUnits?.length,
  },
  failed_unit_names: {
    kind: 'text',
    name: 'Failed systemd unit names',
    icon: 'mdi:cog-off',
    category: 'diagnostic',
    optional: true,
    value: (r, texts?: HostTexts) => r.failedUnits && listNames(r.failedUnits, texts),
  },
  clock_synchronized: {
    kind: 'boolean',
    name: 'Clock synchronized',
    icon: 'mdi:clock-check',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.clockSynchronized,
  },
  throttled: {
    kind: 'boolean',
    name: 'Throttled',
    deviceClass: 'problem',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.throttled,
  },
  under_voltage: {
    kind: 'boolean',
    name: 'Under-voltage',
    deviceClass: 'problem',
    category: 'diagnostic',
    optional: true,
    value: (r) => r.underVoltage,
  },
  throttle_events: {
    kind: 'counter',
    name: 'Throttle events',
    icon: 'mdi:thermometer-alert',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.throttleEvents,
  },
  processor: {
    kind: 'text',
    name: 'Processor',
    icon: 'mdi:cpu-64-bit',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.processor,
  },
  virtualization: {
    kind: 'text',
    name: 'Virtualization',
    icon: 'mdi:layers',
    ...disabledDiagnostic,
    optional: true,
    value: (r) => r.virtualization,
  },
} satisfies MetricDeclarations<HostReading>;
