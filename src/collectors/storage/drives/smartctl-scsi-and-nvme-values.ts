import { isJsonObject, LooselyNamedJsonFields } from '../tools/json-fields.ts';
import { parseSmartctlNvmeHealth } from '../tools/smartctl.ts';
import type { DriveHealthReport } from './drive-health-report.ts';

const fieldsAt = (parent: unknown, key: string) =>
  new LooselyNamedJsonFields(isJsonObject(parent) && isJsonObject(parent[key]) ? parent[key] : {});

const decimalAt = (fields: LooselyNamedJsonFields, key: string) => {
  const text = fields.get(key);
  const number = typeof text === 'string' && text.trim() !== '' ? Number(text) : text;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** `WARNING - SPECIFIED TEMPERATURE EXCEEDED` (SPC, additional sense codes), of which smartctl makes a drive that does
 * not pass. */
const temperatureWarning = { asc: 0x0b, ascq: 0x01 };
/** A bit of an NVMe drive's critical warning, of which smartctl makes the same. */
const nvmeTemperatureBit = 2;

/** The values that only SAS and other SCSI drives have; undefined if the answer has none. Errors that the drive
 * corrected are noise. */
export function parseSmartctlScsiValues(answer: Record<string, unknown>): Partial<DriveHealthReport> | undefined {
  if (
    !Object.keys(answer).some((key) => /^scsi_(grown|error_counter|percentage|pending|self_test|background)/.test(key))
  )
    return undefined;
  const fields = new LooselyNamedJsonFields(answer);
  const log = answer.scsi_error_counter_log;
  const uncorrected = ['read', 'write', 'verify'].flatMap(
    (operation) => fieldsAt(log, operation).number('total_uncorrected_errors') ?? [],
  );
  const gigabytes = decimalAt(fieldsAt(log, 'write'), 'gigabytes_processed');
  const warning = fieldsAt(answer.smart_status, 'scsi');
  const isTooHot =
    warning.number('asc') === temperatureWarning.asc && warning.number('ascq') === temperatureWarning.ascq;
  return {
    passed: isTooHot ? true : undefined,
    isTooHot,
    percentageUsed:
      fieldsAt(answer, 'endurance_used').between('current_percent', 0, 255) ??
      fields.between('scsi_percentage_used_endurance_indicator', 0, 255),
    bytesWritten: gigabytes === undefined ? undefined : gigabytes * 1e9,
    counts: {
      grown_defects: fields.number('scsi_grown_defect_list'),
      pending_sectors: fieldsAt(answer, 'scsi_pending_defects').number('count'),
      uncorrected_errors: uncorrected.length === 0 ? undefined : uncorrected.reduce((sum, count) => sum + count, 0),
    },
  };
}

/** The values of an NVMe drive behind a USB bridge; undefined if the answer is about another drive. */
export function parseSmartctlNvmeValues(answer: Record<string, unknown>): Partial<DriveHealthReport> | undefined {
  if (!isJsonObject(answer.nvme_smart_health_information_log)) return undefined;
  const { log, limits } = parseSmartctlNvmeHealth(JSON.stringify(answer));
  const { criticalWarning: warning } = log;
  return {
    passed: warning === undefined ? undefined : (warning & ~nvmeTemperatureBit) === 0,
    isTooHot: warning === undefined ? undefined : (warning & nvmeTemperatureBit) !== 0,
    temperature: log.temperature,
    temperatureLimit: limits.warning,
    percentageUsed: log.percentageUsed,
    bytesWritten: log.dataUnitsWritten === undefined ? undefined : Number(log.dataUnitsWritten * 512_000n),
    counts: { media_errors: log.mediaErrors === undefined ? undefined : Number(log.mediaErrors) },
  };
}
