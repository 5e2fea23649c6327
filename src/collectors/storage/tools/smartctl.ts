import type { HealthLog, TemperatureLimitsAndCapacity } from '../nvme/reading.ts';
import { isJsonObject, LooselyNamedJsonFields } from './json-fields.ts';
import { parseJsonOutput } from './json-output.ts';
import { DriveCommandUnsupportedError } from './nvme-health-log.ts';
import { plausibleCelsius } from './temperature.ts';

/** For counts above 2^53 smartctl adds a string with all digits. */
const exactCount = (fields: LooselyNamedJsonFields, key: string) => fields.bigint(`${key}_s`) ?? fields.bigint(key);

const objectAt = (parent: unknown, key: string) =>
  new LooselyNamedJsonFields(isJsonObject(parent) && isJsonObject(parent[key]) ? parent[key] : {});

function messagesOf(answer: Record<string, unknown>): string {
  const entries =
    isJsonObject(answer.smartctl) && Array.isArray(answer.smartctl.messages) ? answer.smartctl.messages : [];
  return entries
    .flatMap((message) => (isJsonObject(message) && typeof message.string === 'string' ? [message.string] : []))
    .join('; ');
}

/** The error in an answer without a health log. */
function errorOfAnswer(answer: Record<string, unknown>): Error {
  const text = messagesOf(answer);
  if (text !== '') return /NVMe Status/i.test(text) ? new DriveCommandUnsupportedError(text) : new Error(text);
  const protocol = isJsonObject(answer.device) ? answer.device.protocol : undefined;
  return new Error(
    `the output has no NVMe health log${protocol === undefined || protocol === 'NVMe' ? '' : `: the drive’s protocol is ${protocol}`}`,
  );
}

/** Parses the JSON of any of smartctl's answers. */
export function parseSmartctlOutput(text: string): unknown {
  const old = /^smartctl ([0-6]\.\d+) /.exec(text)?.[1];
  if (old !== undefined) throw new Error(`smartctl ${old} has no JSON output: 7.0 or later is needed`);
  return parseJsonOutput(text);
}

/** Parses `smartctl -j -i -H -A` of smartctl 7.0 and later. */
export function parseSmartctlNvmeHealth(text: string): {
  log: HealthLog;
  limits: TemperatureLimitsAndCapacity;
  usedBytes: Map<number, number>;
} {
  const answer = parseSmartctlOutput(text);
  const health = isJsonObject(answer) ? answer.nvme_smart_health_information_log : undefined;
  if (!isJsonObject(answer)) throw new Error('the output is not a JSON object');
  if (!isJsonObject(health)) throw errorOfAnswer(answer);
  return {
    log: healthLog(answer, new LooselyNamedJsonFields(health)),
    limits: limits(answer),
    usedBytes: usedBytesByNamespace(answer),
  };
}

function healthLog(answer: Record<string, unknown>, health: LooselyNamedJsonFields): HealthLog {
  const sensors = health.get('temperature_sensors');
  const sensorFields = new LooselyNamedJsonFields(
    Object.fromEntries((Array.isArray(sensors) ? sensors : []).map((value, index) => [`sensor ${index}`, value])),
  );
  return {
    criticalWarning:
      health.between('critical_warning', 0, 255) ?? objectAt(answer.smart_status, 'nvme').between('value', 0, 255),
    temperature: plausibleCelsius(health.integer('temperature') ?? objectAt(answer, 'temperature').integer('current')),
    sensors: Array.from({ length: 8 }, (_, index) => plausibleCelsius(sensorFields.integer(`sensor ${index}`))),
    availableSpare: health.between('available_spare', 0, 100),
    spareThreshold: health.between('available_spare_threshold', 0, 100),
    percentageUsed: health.between('percentage_used', 0, 255),
    dataUnitsRead: exactCount(health, 'data_units_read'),
    dataUnitsWritten: exactCount(health, 'data_units_written'),
    hostReads: exactCount(health, 'host_reads'),
    hostWrites: exactCount(health, 'host_writes'),
    busyTime: exactCount(health, 'controller_busy_time'),
    powerCycles: exactCount(health, 'power_cycles'),
    powerOnHours: exactCount(health, 'power_on_hours'),
    unsafeShutdowns: exactCount(health, 'unsafe_shutdowns'),
    mediaErrors: exactCount(health, 'media_errors'),
    errorLogEntries: exactCount(health, 'num_err_log_entries'),
    warningTime: health.number('warning_temp_time'),
    criticalTime: health.number('critical_comp_time'),
  };
}

function limits(answer: Record<string, unknown>): TemperatureLimitsAndCapacity {
  const threshold = objectAt(answer, 'nvme_composite_temperature_threshold');
  const temperature = objectAt(answer, 'temperature');
  const fields = new LooselyNamedJsonFields(answer);
  return {
    warning: plausibleCelsius(threshold.integer('warning') ?? temperature.integer('op_limit_max')),
    critical: plausibleCelsius(threshold.integer('critical') ?? temperature.integer('critical_limit_max')),
    capacity:
      exactCount(fields, 'nvme_total_capacity') === undefined
        ? undefined
        : Number(exactCount(fields, 'nvme_total_capacity')) || undefined,
  };
}

/** Bytes in use by namespace. */
function usedBytesByNamespace(answer: Record<string, unknown>): Map<number, number> {
  const namespaces = Array.isArray(answer.nvme_namespaces) ? answer.nvme_namespaces.filter(isJsonObject) : [];
  return new Map(
    namespaces.flatMap((namespace): [number, number][] => {
      const id = new LooselyNamedJsonFields(namespace).number('id');
      const bytes = exactCount(objectAt(namespace, 'utilization'), 'bytes');
      return id === undefined || bytes === undefined ? [] : [[id, Number(bytes)]];
    }),
  );
}
