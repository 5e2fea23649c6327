import type { HealthLog, Limits } from '../reading.ts';
import { Fields, isObject } from './fields.ts';
import { parseAnswer } from './json.ts';
import { Refusal } from './refusal.ts';
import { fromCelsius } from './temperature.ts';

const subject = 'smartctl';

/** Past 2^53 smartctl adds a text with all digits. */
const exact = (fields: Fields, key: string) => fields.big(`${key}_s`) ?? fields.big(key);

const objectAt = (parent: unknown, key: string) => new Fields(isObject(parent) && isObject(parent[key]) ? parent[key] : {}, subject);

function messages(answer: Record<string, unknown>): string {
  const told = isObject(answer.smartctl) && Array.isArray(answer.smartctl.messages) ? answer.smartctl.messages : [];
  return told.flatMap((message) => (isObject(message) && typeof message.string === 'string' ? [message.string] : [])).join('; ');
}

/** The words of an answer without a health log. */
function complaint(answer: Record<string, unknown>): Error {
  const told = messages(answer);
  if (told !== '') return /NVMe Status/i.test(told) ? new Refusal(told) : new Error(told);
  const protocol = isObject(answer.device) ? answer.device.protocol : undefined;
  return new Error(`answered without an NVMe health log${protocol === undefined || protocol === 'NVMe' ? '' : `: this is a drive of protocol ${protocol}`}`);
}

/** `smartctl -j -i -H -A`, of every version from 7.0 on. Its exit status is of no use here: bits are set for old errors too. */
export function parseSmartctl(text: string): { log: HealthLog; limits: Limits; used: Map<number, number> } {
  const answer = parseAnswer(text);
  const health = isObject(answer) ? answer.nvme_smart_health_information_log : undefined;
  if (!isObject(answer)) throw new Error('answered no object');
  if (!isObject(health)) throw complaint(answer);
  return { log: healthLog(answer, new Fields(health, subject)), limits: limits(answer), used: used(answer) };
}

function healthLog(answer: Record<string, unknown>, health: Fields): HealthLog {
  const register = health.number('critical_warning') ?? objectAt(answer.smart_status, 'nvme').number('value');
  if (register === undefined) throw new Error('answered without critical_warning');
  const sensors = health.get('temperature_sensors');
  const wrapped = new Fields(Object.fromEntries((Array.isArray(sensors) ? sensors : []).map((value, index) => [`sensor ${index}`, value])), subject);
  return {
    criticalWarning: register,
    temperature: fromCelsius(health.signed('temperature') ?? objectAt(answer, 'temperature').signed('current')),
    sensors: Array.from({ length: 8 }, (_, index) => fromCelsius(wrapped.signed(`sensor ${index}`))),
    availableSpare: health.between('available_spare', 0, 100),
    spareThreshold: health.between('available_spare_threshold', 0, 100),
    percentageUsed: health.between('percentage_used', 0, 255),
    dataUnitsRead: exact(health, 'data_units_read'),
    dataUnitsWritten: exact(health, 'data_units_written'),
    hostReads: exact(health, 'host_reads'),
    hostWrites: exact(health, 'host_writes'),
    busyTime: exact(health, 'controller_busy_time'),
    powerCycles: exact(health, 'power_cycles'),
    powerOnHours: exact(health, 'power_on_hours'),
    unsafeShutdowns: exact(health, 'unsafe_shutdowns'),
    mediaErrors: exact(health, 'media_errors'),
    errorLogEntries: exact(health, 'num_err_log_entries'),
    warningTime: health.number('warning_temp_time'),
    criticalTime: health.number('critical_comp_time'),
  };
}

function limits(answer: Record<string, unknown>): Limits {
  const threshold = objectAt(answer, 'nvme_composite_temperature_threshold');
  const temperature = objectAt(answer, 'temperature');
  const whole = new Fields(answer, subject);
  return {
    warning: fromCelsius(threshold.signed('warning') ?? temperature.signed('op_limit_max')),
    critical: fromCelsius(threshold.signed('critical') ?? temperature.signed('critical_limit_max')),
    capacity: exact(whole, 'nvme_total_capacity') === undefined ? undefined : Number(exact(whole, 'nvme_total_capacity')) || undefined,
  };
}

/** Bytes in use by namespace. */
function used(answer: Record<string, unknown>): Map<number, number> {
  const namespaces = Array.isArray(answer.nvme_namespaces) ? answer.nvme_namespaces.filter(isObject) : [];
  return new Map(
    namespaces.flatMap((namespace): [number, number][] => {
      const id = new Fields(namespace, subject).number('id');
      const bytes = exact(objectAt(namespace, 'utilization'), 'bytes');
      return id === undefined || bytes === undefined ? [] : [[id, Number(bytes)]];
    }),
  );
}
