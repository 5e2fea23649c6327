import type { CommandResult } from '../../../lib/command.ts';
import { excerptOf } from '../../../lib/excerpt.ts';
import type { HealthLog, TemperatureLimitsAndCapacity } from '../nvme/reading.ts';
import { isJsonObject, LooselyNamedJsonFields } from './json-fields.ts';
import { parseJsonOutput } from './json-output.ts';
import { DriveCommandUnsupportedError } from './nvme-health-log.ts';
import { plausibleCelsiusFromKelvin } from './temperature.ts';

/** The object with most of these keys, if it has at least so many: the answer itself or, as in newer versions, an
 * object inside it. */
function findFields(answer: unknown, keys: readonly string[], least: number): LooselyNamedJsonFields | undefined {
  if (!isJsonObject(answer)) return undefined;
  const candidates = [answer, ...Object.values(answer).filter(isJsonObject)].map((object) => {
    const fields = new LooselyNamedJsonFields(object);
    return { fields, found: keys.filter((key) => fields.has(key)).length };
  });
  const most = Math.max(...candidates.map(({ found }) => found));
  return most < least ? undefined : candidates.find(({ found }) => found === most)?.fields;
}

/** Describes an answer without the expected fields: its error, which nvme-cli reports in several forms, or its keys. */
function describeAnswer(answer: unknown): string {
  if (!isJsonObject(answer)) return `unexpected output ${excerptOf(JSON.stringify(answer))}`;
  const fields = new LooselyNamedJsonFields(answer);
  const [status, inner] = Object.entries(answer).find(([key]) => key.startsWith('status:')) ?? [];
  if (status !== undefined)
    return `${status} ${Array.isArray(inner) && isJsonObject(inner[0]) ? String(inner[0].error ?? '') : ''}`.trim();
  if (fields.has('error')) return String(fields.get('error'));
  return `the output lacks the expected fields; it has ${Object.keys(answer).slice(0, 8).join(', ') || 'none'}`;
}

/** Whether the answer is an NVMe status from the drive. */
const isNvmeStatus = (answer: unknown) =>
  isJsonObject(answer) &&
  (new LooselyNamedJsonFields(answer).get('type') === 'nvme' ||
    Object.keys(answer).some((key) => key.startsWith('status:')));

function parseFields(text: string, keys: readonly string[], least = keys.length): LooselyNamedJsonFields {
  const answer = parseJsonOutput(text);
  const fields = findFields(answer, keys, least);
  if (fields !== undefined) return fields;
  throw isNvmeStatus(answer)
    ? new DriveCommandUnsupportedError(describeAnswer(answer))
    : new Error(describeAnswer(answer));
}

/** The output of nvme-cli. Throws the error on stderr, where versions up to 2.4 print it; later versions have it in the
 * JSON. */
export function requireNvmeCliOutput({ stdout, stderr, status }: CommandResult): string {
  if (status === 0 || stdout.trimStart().startsWith('{"') || /^{\s*"(error|Error|status)/.test(stdout)) return stdout;
  const message = stderr.trim().split('\n')[0] || `exit status ${status}`;
  throw /^NVMe status/i.test(message) ? new DriveCommandUnsupportedError(message) : new Error(message);
}

/** The field is a number or, since nvme-cli 2.11 and with -v, an object with its bits. */
function criticalWarning(fields: LooselyNamedJsonFields): number | undefined {
  const value = fields.get('critical_warning');
  return isJsonObject(value)
    ? new LooselyNamedJsonFields(value).between('value', 0, 255)
    : fields.between('critical_warning', 0, 255);
}

function throttle(fields: LooselyNamedJsonFields, level: 1 | 2) {
  const count = fields.uint32(`thm_temp${level}_trans_count`);
  const seconds = fields.uint32(`thm_temp${level}_total_time`);
  return count === undefined || seconds === undefined ? undefined : { count, seconds };
}

/** Parses `nvme smart-log -o json` and `nvme log smart -o json` of nvme-cli 0.8 to 3.1. Throws an error with an excerpt
 * of the output. */
export function parseSmartLog(text: string): HealthLog {
  const fields = parseFields(text, ['temperature', 'avail_spare', 'percent_used', 'critical_warning'], 1);
  return {
    criticalWarning: criticalWarning(fields),
    temperature: plausibleCelsiusFromKelvin(fields.number('temperature')),
    sensors: Array.from({ length: 8 }, (_, index) =>
      plausibleCelsiusFromKelvin(fields.number(`temperature_sensor_${index + 1}`)),
    ),
    availableSpare: fields.between('avail_spare', 0, 100),
    spareThreshold: fields.between('spare_thresh', 0, 100),
    percentageUsed: fields.between('percent_used', 0, 255),
    dataUnitsRead: fields.bigint('data_units_read'),
    dataUnitsWritten: fields.bigint('data_units_written'),
    hostReads: fields.bigint('host_read_commands'),
    hostWrites: fields.bigint('host_write_commands'),
    busyTime: fields.bigint('controller_busy_time'),
    powerCycles: fields.bigint('power_cycles'),
    powerOnHours: fields.bigint('power_on_hours'),
    unsafeShutdowns: fields.bigint('unsafe_shutdowns'),
    mediaErrors: fields.bigint('media_errors'),
    errorLogEntries: fields.bigint('num_err_log_entries'),
    warningTime: fields.uint32('warning_temp_time'),
    criticalTime: fields.uint32('critical_comp_time'),
    throttle1: throttle(fields, 1),
    throttle2: throttle(fields, 2),
  };
}

/** Parses `nvme id-ctrl -o json`. */
export function parseTemperatureLimitsAndCapacity(text: string): TemperatureLimitsAndCapacity {
  const fields = parseFields(text, ['sn', 'mn', 'cntlid']);
  const capacity = fields.number('tnvmcap');
  return {
    warning: plausibleCelsiusFromKelvin(fields.number('wctemp')),
    critical: plausibleCelsiusFromKelvin(fields.number('cctemp')),
    capacity: capacity || undefined,
  };
}

/** Parses `nvme id-ns -o json`. */
export function parseNamespaceUsedBytes(text: string): number | undefined {
  const fields = parseFields(text, ['nuse', 'flbas', 'lbafs']);
  const formats = fields.get('lbafs');
  const flbas = fields.number('flbas') ?? 0;
  // Bits 3:0 and 6:5 (NVM Command Set Specification, FLBAS).
  const format = Array.isArray(formats) ? formats[(flbas & 0xf) | ((flbas & 0x60) >> 1)] : undefined;
  const exponent = isJsonObject(format) ? new LooselyNamedJsonFields(format).between('ds', 9, 30) : undefined;
  const blocks = fields.number('nuse');
  return blocks === undefined || exponent === undefined ? undefined : blocks * 2 ** exponent;
}
