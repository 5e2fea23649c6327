import { commonDriveTexts } from '../texts.ts';
import type { ErrorCountName } from './error-counts.ts';

const { replaceDrive } = commonDriveTexts;
const watchCount = 'watch whether the count keeps rising; make sure that there is a backup';

/** One and several errors of a kind: “3 reallocated sectors”. */
const errorNouns: Record<ErrorCountName, readonly [one: string, many: string]> = {
  reallocated_sectors: ['reallocated sector', 'reallocated sectors'],
  pending_sectors: ['sector that can’t be read', 'sectors that can’t be read'],
  uncorrectable_sectors: ['uncorrectable sector', 'uncorrectable sectors'],
  reported_uncorrectable: ['uncorrectable error', 'uncorrectable errors'],
  end_to_end_errors: ['error between its memory and its interface', 'errors between its memory and its interface'],
  spin_retries: ['failed attempt to spin up', 'failed attempts to spin up'],
  crc_errors: ['error on the cable', 'errors on the cable'],
  grown_defects: ['grown defect', 'grown defects'],
  uncorrected_errors: ['uncorrected error', 'uncorrected errors'],
  media_errors: ['media error', 'media errors'],
};

const errorRemedies: Record<ErrorCountName, string> = {
  reallocated_sectors: watchCount,
  pending_sectors: replaceDrive,
  uncorrectable_sectors: replaceDrive,
  reported_uncorrectable: replaceDrive,
  end_to_end_errors: replaceDrive,
  spin_retries: 'check its power supply; back up and replace the drive',
  crc_errors: 'check or replace the cable between drive and controller; the drive itself may be fine',
  grown_defects: watchCount,
  uncorrected_errors: replaceDrive,
  media_errors: replaceDrive,
};

/** What is said of drives other than NVMe. */
export const storageDriveTexts = {
  ...commonDriveTexts,
  missingDrive: (name: string, found: string) =>
    `STORAGE_DRIVES: there is no drive ${name}; drives found: ${found || 'none'}`,
  noSerialNumber: 'the drive has no serial number',
  unknownDrivesBehindController: (why = 'run smartctl --scan once as root') =>
    `which drives are behind the MegaRAID controller is not known: ${why}; or name them in STORAGE_DRIVE_TYPES`,
  errorRemedies,
  /** `hasFallingCount`: the drive takes errors off its count again, so that each that is left counts. */
  errors: (name: ErrorCountName, count: number | undefined, total: number | undefined, hasFallingCount: boolean) =>
    `${count} ${hasFallingCount ? '' : 'new '}${errorNouns[name][count === 1 ? 0 : 1]}${count === total ? '' : ` (${total} in all)`}`,
  /** Sectors that the drive has replaced. */
  replacedInWeek: (name: ErrorCountName, count: number, total: number | undefined) =>
    `${count} ${name === 'grown_defects' ? 'grown defects' : 'sectors reallocated'} within a week (${total} in all)`,
  clearsWhenNoneOrAcknowledged: 'when the drive counts none, or you acknowledge them',
  clearsWhenAcknowledged: 'when you acknowledge them',
  offline: 'the kernel has given up on the drive: it no longer answers',
  clearsWhenAnswering: 'when it answers again',
  checkCableAndPower: 'check its cable and power; if it does not come back, replace the drive',
  failing: (attributes: readonly string[]) =>
    `the drive itself says that it is failing${attributes.length === 0 ? '' : ` (${attributes.join(', ')})`}`,
  clearsWhenNoLongerFailing: 'when the drive no longer says so',
  clearsWhenSelfTestPasses: 'when a later self-test passes, an extended one if that failed',
  worn: 'the endurance that its maker promised is used up',
  nearlyWorn: (percentLeft: number) => `less than ${percentLeft} % is left of the endurance that its maker promised`,
  clearsWhenReplaced: 'when it is replaced',
  planReplacement: 'plan its replacement; make sure that there is a backup',
};

export type StorageDriveTexts = typeof storageDriveTexts;
