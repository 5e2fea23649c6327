import type { Severity } from '../../../model/problem.ts';

interface ErrorCountDescription {
  name: string;
  icon: `mdi:${string}`;
  /** How bad it is that the count has risen, or, of those that fall again, that it is not 0. */
  severity: Severity;
  /** What the errors are: “3 reallocated sectors”. */
  noun: readonly [one: string, many: string];
  remedy: string;
  /** The drive takes errors off again, so that each that is left counts, also one from before the first reading. */
  falls?: true;
  /** Hidden until the user enables it. */
  isMinor?: true;
}

const replaceDrive = 'back up and replace the drive';

/** The errors that drives count, and what a rise means. What a drive had when it was first read is history. */
export const errorCountDescriptions = {
  reallocated_sectors: {
    name: 'Reallocated sectors',
    icon: 'mdi:swap-horizontal',
    severity: 'notice',
    noun: ['reallocated sector', 'reallocated sectors'],
    remedy: 'watch whether the count keeps rising; make sure that there is a backup',
  },
  pending_sectors: {
    name: 'Pending sectors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['sector that can’t be read', 'sectors that can’t be read'],
    remedy: replaceDrive,
    falls: true,
  },
  uncorrectable_sectors: {
    name: 'Uncorrectable sectors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['uncorrectable sector', 'uncorrectable sectors'],
    remedy: replaceDrive,
    falls: true,
  },
  reported_uncorrectable: {
    name: 'Reported uncorrectable errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['uncorrectable error', 'uncorrectable errors'],
    remedy: replaceDrive,
  },
  end_to_end_errors: {
    name: 'End-to-end errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['error between its memory and its interface', 'errors between its memory and its interface'],
    remedy: replaceDrive,
    isMinor: true,
  },
  spin_retries: {
    name: 'Spin retries',
    icon: 'mdi:rotate-right',
    severity: 'degraded',
    noun: ['failed attempt to spin up', 'failed attempts to spin up'],
    remedy: 'check its power supply; back up and replace the drive',
    isMinor: true,
  },
  crc_errors: {
    name: 'CRC errors',
    icon: 'mdi:cable-data',
    severity: 'notice',
    noun: ['error on the cable', 'errors on the cable'],
    remedy: 'check or replace the cable between drive and controller; the drive itself may be fine',
  },
  grown_defects: {
    name: 'Grown defects',
    icon: 'mdi:swap-horizontal',
    severity: 'notice',
    noun: ['grown defect', 'grown defects'],
    remedy: 'watch whether the count keeps rising; make sure that there is a backup',
  },
  uncorrected_errors: {
    name: 'Uncorrected errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['uncorrected error', 'uncorrected errors'],
    remedy: replaceDrive,
  },
  media_errors: {
    name: 'Media errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    noun: ['media error', 'media errors'],
    remedy: replaceDrive,
  },
} as const satisfies Record<string, ErrorCountDescription>;

export type ErrorCountName = keyof typeof errorCountDescriptions;
export const errorCountNames = Object.keys(errorCountDescriptions) as ErrorCountName[];
export const errorCountDescriptionOf = (name: ErrorCountName): ErrorCountDescription => errorCountDescriptions[name];

export type ErrorCounts = Partial<Record<ErrorCountName, number | undefined>>;
