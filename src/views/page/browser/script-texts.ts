import type { DurationUnits } from '../../duration.ts';

/** Words of the page's language, which the document brings along. */
export interface ScriptTexts {
  live: string;
  /** Before a duration. */
  silentFor: string;
  up: string;
  partly: string;
  down: string;
  unknown: string;
  /** Between the least and the most. */
  to: string;
  decimalSeparator: string;
  durationUnits: DurationUnits;
}
