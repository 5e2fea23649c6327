/** No box runs for thirty years: then it is a date, in seconds since 1970. */
const most = 1e9;

/** Seconds, from `86400` or `1 Days, 00:00:00`; undefined where it is no time that passed. */
export function parseUptime(text: string | undefined): number | undefined {
  const [, days, hours, minutes, seconds] = /^(?:(\d+) days?,? *)?(\d+):(\d+):(\d+)$/i.exec(text ?? '') ?? [];
  const value =
    seconds === undefined ? Number(/^\d+$/.exec(text ?? '')?.[0] ?? Number.NaN) : ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return value < most ? value : undefined;
}
