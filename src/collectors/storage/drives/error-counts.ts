import type { Severity } from '../../../model/problem.ts';

interface ErrorCountDescription {
  name: string;
  icon: `mdi:${string}`;
  /** How bad it is that the count has risen, or, of those that fall again, that it is not 0. */
  severity: Severity;
  /** The drive takes errors off again, so that each that is left counts, also one from before the first reading. */
  falls?: true;
  /** Hidden until the user enables it. */
  isMinor?: true;
}

/** The errors that drives count, and what a rise means. What a drive had when it was first read is history. */
export const errorCountDescriptions = {
  reallocated_sectors: {
    name: 'Reallocated sectors',
    icon: 'mdi:swap-horizontal',
    severity: 'notice',
  },
  pending_sectors: {
    name: 'Pending sectors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    falls: true,
  },
  uncorrectable_sectors: {
    name: 'Uncorrectable sectors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    falls: true,
  },
  reported_uncorrectable: {
    name: 'Reported uncorrectable errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
  },
  end_to_end_errors: {
    name: 'End-to-end errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
    isMinor: true,
  },
  spin_retries: {
    name: 'Spin retries',
    icon: 'mdi:rotate-right',
    severity: 'degraded',
    isMinor: true,
  },
  crc_errors: {
    name: 'CRC errors',
    icon: 'mdi:cable-data',
    severity: 'notice',
  },
  grown_defects: {
    name: 'Grown defects',
    icon: 'mdi:swap-horizontal',
    severity: 'notice',
  },
  uncorrected_errors: {
    name: 'Uncorrected errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
  },
  media_errors: {
    name: 'Media errors',
    icon: 'mdi:alert-octagon-outline',
    severity: 'data_at_risk',
  },
} as const satisfies Record<string, ErrorCountDescription>;

export type ErrorCountName = keyof typeof errorCountDescriptions;
export const errorCountNames = Object.keys(errorCountDescriptions) as ErrorCountName[];
export const errorCountDescriptionOf = (name: ErrorCountName): ErrorCountDescription => errorCountDescriptions[name];

/** Of a report, all that the drive counts; undefined is what could not be read of these. */
export type ErrorCounts = Partial<Record<ErrorCountName, number | undefined>>;
