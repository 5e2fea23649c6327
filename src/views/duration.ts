/** A duration in the unit that a person would use: `90 s`, `12 min`, `5 h`, `3 d`. The page's script uses it in the
 * browser. */
export const formatDuration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : seconds < 172_800
        ? `${Math.round(seconds / 3600)} h`
        : `${Math.round(seconds / 86_400)} d`;
