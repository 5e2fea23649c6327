import { definedMembers } from '../../../model/defined-members.ts';
import { TranslatableError } from '../../../model/translatable-error.ts';
import { accessTexts } from '../texts.ts';
import { isJsonObject, LooselyNamedJsonFields } from '../tools/json-fields.ts';
import { parseSmartctlSelfTestSummary } from '../tools/self-tests.ts';
import { parseSmartctlOutput } from '../tools/smartctl.ts';
import { plausibleCelsiusFromByte } from '../tools/temperature.ts';
import type { DriveHealthReport } from './drive-health-report.ts';
import { parseSmartctlAtaValues } from './smartctl-ata-values.ts';
import { parseSmartctlNvmeValues, parseSmartctlScsiValues } from './smartctl-scsi-and-nvme-values.ts';

/** What `smartctl -j -n standby,3 -i -H -A` made of its question. `type`: how it reached the drive (`-d`). */
export type SmartctlAnswer =
  | { kind: 'asleep'; type: string | undefined }
  | { kind: 'report'; type: string | undefined; report: DriveHealthReport; isPowerUnknowable: boolean };

/** The drive did not answer the question whether it sleeps: no right, a dead drive, or a bridge that does not pass it
 * on. */
export class PowerModeCheckFailedError extends Error {}

/** Another drive answers where one was. */
export class AnotherDriveAnsweredError extends TranslatableError {
  readonly expectedSerial: string;

  constructor(name: string, expectedSerial: string, serial: string) {
    super((texts = accessTexts) => texts.otherDriveAnswers(name, expectedSerial, serial));
    this.expectedSerial = expectedSerial;
  }
}

const fieldsAt = (parent: Record<string, unknown>, key: string) =>
  new LooselyNamedJsonFields(isJsonObject(parent[key]) ? parent[key] : {});

function messagesOf(answer: Record<string, unknown>): string[] {
  const messages = fieldsAt(answer, 'smartctl').get('messages');
  return (Array.isArray(messages) ? messages : []).flatMap((message) =>
    isJsonObject(message) && typeof message.string === 'string' ? [message.string] : [],
  );
}

/** Why smartctl asked nothing more: the power mode that it was told by the drive. */
function powerModeOf(answer: Record<string, unknown>, messages: readonly string[]): string | undefined {
  const mode = messages.map((text) => /^Device is in (.+?) mode, exit/i.exec(text)?.[1]).find((found) => found);
  // Since smartctl 7.5, of ATA drives.
  const value = fieldsAt(answer, 'power_mode').integer('ata_value');
  return mode ?? (value === 0 || value === 1 ? 'STANDBY' : undefined);
}

const stringAt = (answer: Record<string, unknown>, ...keys: string[]) =>
  keys.map((key) => answer[key]).find((value): value is string => typeof value === 'string' && value.trim() !== '');

const booleanAt = (fields: LooselyNamedJsonFields, key: string) => {
  const value = fields.get(key);
  return typeof value === 'boolean' ? value : undefined;
};

/** No drive runs for longer than a century. */
const maxPowerOnHours = 876_000;

function reportOf(answer: Record<string, unknown>): DriveHealthReport | undefined {
  const support = fieldsAt(answer, 'smart_support');
  const values = parseSmartctlAtaValues(answer) ?? parseSmartctlScsiValues(answer) ?? parseSmartctlNvmeValues(answer);
  const passed = booleanAt(fieldsAt(answer, 'smart_status'), 'passed');
  const isSupported = booleanAt(support, 'available') ?? true;
  const isEnabled = booleanAt(support, 'enabled') ?? true;
  if (values === undefined && passed === undefined && isSupported && isEnabled) return undefined;
  const temperature = fieldsAt(answer, 'temperature');
  const rotationRate = new LooselyNamedJsonFields(answer).number('rotation_rate');
  return {
    isSupported,
    isEnabled,
    model: stringAt(answer, 'model_name', 'scsi_model_name'),
    serial: stringAt(answer, 'serial_number'),
    firmware: stringAt(answer, 'firmware_version', 'scsi_revision'),
    capacity: fieldsAt(answer, 'user_capacity').number('bytes') || undefined,
    // Revolutions a minute; 0 of an SSD.
    isRotational: rotationRate === undefined ? undefined : rotationRate > 0,
    passed,
    failing: [],
    temperature: plausibleCelsiusFromByte(temperature.integer('current')),
    temperatureLimit: plausibleCelsiusFromByte(
      temperature.integer('op_limit_max') ?? temperature.integer('drive_trip'),
    ),
    powerOnHours: fieldsAt(answer, 'power_on_time').between('hours', 0, maxPowerOnHours),
    counts: {},
    selfTests: parseSmartctlSelfTestSummary(answer),
    ...definedMembers(values),
    ...definedMembers(values?.statistics),
  };
}

/** Parses what smartctl 7.0 and later printed about a drive. Throws a PowerModeCheckFailedError if the drive did not
 * say whether it sleeps, and an error with smartctl's own words if there is no answer for another reason. Its exit
 * status is no verdict: the bits for errors in the past are everyday. */
export function parseSmartctlAnswer(text: string): SmartctlAnswer {
  const answer = parseSmartctlOutput(text);
  if (!isJsonObject(answer)) throw new Error('the output is not a JSON object');
  const messages = messagesOf(answer);
  const { type } = isJsonObject(answer.device) ? answer.device : {};
  const remembered = typeof type === 'string' ? type : undefined;
  const mode = powerModeOf(answer, messages);
  if (mode !== undefined) {
    // “SLEEP” is what smartctl makes of a question that failed; SAS drives have further words, such as “STANDBY BY
    // TIMER”.
    if (/^STANDBY/i.test(mode)) return { kind: 'asleep', type: remembered };
    throw new PowerModeCheckFailedError('the drive did not say whether it is asleep');
  }
  const report = reportOf(answer);
  if (report === undefined) throw new Error(messages.join('; ') || 'smartctl got no answer from the drive');
  return {
    kind: 'report',
    type: remembered,
    report,
    isPowerUnknowable: messages.some((message) => message.startsWith('CHECK POWER MODE not implemented')),
  };
}
