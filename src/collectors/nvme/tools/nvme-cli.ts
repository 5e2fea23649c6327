import type { Answer } from '../../../lib/run.ts';
import type { HealthLog, Limits } from '../reading.ts';
import { Fields, isObject } from './fields.ts';
import { excerpt, parseAnswer } from './json.ts';
import { Refusal } from './refusal.ts';
import { fromKelvin } from './temperature.ts';

const subject = 'nvme-cli';

/** The object itself, or the one within it that has these keys: newer versions nest the log. */
function holding(answer: unknown, ...keys: string[]): Fields | undefined {
  if (!isObject(answer)) return undefined;
  const candidates = [answer, ...Object.values(answer).filter(isObject)].map((object) => new Fields(object, subject));
  return candidates.find((fields) => keys.every((key) => fields.has(key)));
}

/** What an answer that is no reading says of itself: `{"error": …}` in several spellings, or the keys it has. */
function complaintIn(answer: unknown): string {
  if (!isObject(answer)) return `answered ${excerpt(JSON.stringify(answer))}`;
  const fields = new Fields(answer, subject);
  const [status, inner] = Object.entries(answer).find(([key]) => key.startsWith('status:')) ?? [];
  if (status !== undefined) return `${status} ${Array.isArray(inner) && isObject(inner[0]) ? String(inner[0].error ?? '') : ''}`.trim();
  if (fields.has('error')) return String(fields.get('error'));
  return `answered without what was asked for; it has ${Object.keys(answer).slice(0, 8).join(', ') || 'nothing'}`;
}

/** Is it the drive that answers, with an NVMe status of its own? */
const isDrivesOwn = (answer: unknown) => isObject(answer) && (new Fields(answer, subject).get('type') === 'nvme' || Object.keys(answer).some((key) => key.startsWith('status:')));

function read(text: string, ...keys: string[]): Fields {
  const answer = parseAnswer(text);
  const fields = holding(answer, ...keys);
  if (fields !== undefined) return fields;
  throw isDrivesOwn(answer) ? new Refusal(complaintIn(answer)) : new Error(complaintIn(answer));
}

/** What the command printed, if it ended well: up to 2.4 its errors are on stderr, later in the JSON. */
export function textOf({ stdout, stderr, status }: Answer): string {
  if (status === 0 || stdout.trimStart().startsWith('{"') || /^{\s*"(error|Error|status)/.test(stdout)) return stdout;
  const told = stderr.trim().split('\n')[0] || `exit status ${status}`;
  throw /^NVMe status/i.test(told) ? new Refusal(told) : new Error(told);
}

/** A number, or since 2.11 (and with -v) an object with its bits. */
function criticalWarning(fields: Fields): number {
  const value = fields.get('critical_warning');
  const register = isObject(value) ? new Fields(value, subject).number('value') : fields.number('critical_warning');
  if (register === undefined) throw new Error(`${subject}: critical_warning is ${excerpt(JSON.stringify(value))}`);
  return register;
}

function throttle(fields: Fields, level: 1 | 2) {
  const count = fields.word(`thm_temp${level}_trans_count`);
  const seconds = fields.word(`thm_temp${level}_total_time`);
  return count === undefined || seconds === undefined ? undefined : { count, seconds };
}

/** `nvme smart-log -o json` and `nvme log smart -o json`, of every version from 0.8 to 3.1. Throws and shows what was seen. */
export function parseSmartLog(text: string): HealthLog {
  const fields = read(text, 'temperature', 'avail_spare', 'percent_used', 'critical_warning');
  return {
    criticalWarning: criticalWarning(fields),
    temperature: fromKelvin(fields.number('temperature')),
    sensors: Array.from({ length: 8 }, (_, index) => fromKelvin(fields.number(`temperature_sensor_${index + 1}`))),
    availableSpare: fields.between('avail_spare', 0, 100),
    spareThreshold: fields.between('spare_thresh', 0, 100),
    percentageUsed: fields.between('percent_used', 0, 255),
    dataUnitsRead: fields.big('data_units_read'),
    dataUnitsWritten: fields.big('data_units_written'),
    hostReads: fields.big('host_read_commands'),
    hostWrites: fields.big('host_write_commands'),
    busyTime: fields.big('controller_busy_time'),
    powerCycles: fields.big('power_cycles'),
    powerOnHours: fields.big('power_on_hours'),
    unsafeShutdowns: fields.big('unsafe_shutdowns'),
    mediaErrors: fields.big('media_errors'),
    errorLogEntries: fields.big('num_err_log_entries'),
    warningTime: fields.word('warning_temp_time'),
    criticalTime: fields.word('critical_comp_time'),
    throttle1: throttle(fields, 1),
    throttle2: throttle(fields, 2),
  };
}

/** `nvme id-ctrl -o json`. */
export function parseIdentifyController(text: string): Limits {
  const fields = read(text, 'sn', 'mn', 'cntlid');
  const capacity = fields.number('tnvmcap');
  return { warning: fromKelvin(fields.number('wctemp')), critical: fromKelvin(fields.number('cctemp')), capacity: capacity || undefined };
}

/** `nvme id-ns -o json`: bytes in use. */
export function parseNamespaceUse(text: string): number | undefined {
  const fields = read(text, 'nuse', 'flbas', 'lbafs');
  const formats = fields.get('lbafs');
  const flbas = fields.number('flbas') ?? 0;
  // Bits 3:0 and 6:5 (NVM Command Set Specification, FLBAS).
  const format = Array.isArray(formats) ? formats[(flbas & 0xf) | ((flbas & 0x60) >> 1)] : undefined;
  const exponent = isObject(format) ? new Fields(format, subject).between('ds', 9, 30) : undefined;
  const blocks = fields.number('nuse');
  return blocks === undefined || exponent === undefined ? undefined : blocks * 2 ** exponent;
}
