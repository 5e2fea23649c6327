/** Units as they stand behind “after”, “for” and “since”. */
export interface DurationUnits {
  seconds: string;
  minutes: string;
  hours: string;
  days: string;
}

export const englishDurationUnits: DurationUnits = { seconds: 's', minutes: 'min', hours: 'h', days: 'd' };

/** A duration in the unit that a person would use: `90 s`, `12 min`, `5 h`, `3 d`. The page's script uses it in the
 * browser. */
export const formatDuration = (seconds: number, units = englishDurationUnits): string =>
  seconds < 120
    ? `${Math.round(seconds)} ${units.seconds}`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} ${units.minutes}`
      : seconds < 172_800
        ? `${Math.round(seconds / 3600)} ${units.hours}`
        : `${Math.round(seconds / 86_400)} ${units.days}`;
