/** A time in words, as a person says it: `90 s`, `12 min`, `5 h`, `3 d`. The page's script runs it in the browser, so it uses nothing
 * from outside itself. */
export const formatDuration = (seconds: number): string =>
  seconds < 120
    ? `${Math.round(seconds)} s`
    : seconds < 7200
      ? `${Math.round(seconds / 60)} min`
      : seconds < 172_800
        ? `${Math.round(seconds / 3600)} h`
        : `${Math.round(seconds / 86_400)} d`;
