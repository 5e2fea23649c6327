import { CronExpression } from '../loop/cron.ts';
import { customSetting } from '../model/setting.ts';

/** Whether a cron expression has six fields and matches any date: one for 30 February never does. */
function isUsableCron(text: string): boolean {
  try {
    return text.split(/\s+/).length === 6 && new CronExpression(text).next(new Date()) !== undefined;
  } catch {
    return false;
  }
}

/** For each unit of an interval: how many of the unit make one of the next larger unit, and cron's fields for every `n`
 * units. */
const units = {
  s: { count: 60, cron: (n: number) => `*/${n} * * * * *` },
  m: { count: 60, cron: (n: number) => `0 */${n} * * * *` },
  h: { count: 24, cron: (n: number) => `0 0 */${n} * * *` },
  d: { count: 1, cron: () => '0 0 0 * * *' },
} as const;

const nextUnit = { s: 'm', m: 'h', h: 'd', d: undefined } as const;

/** The cron expression of an interval such as `30s`, `5m`, `1h`; undefined if cron cannot express it, since the
 * interval does not divide the next larger unit. */
function cronOfInterval(text: string): string | undefined {
  const [, digits, letter] = /^(\d{1,6}) ?([smhd])$/.exec(text) ?? [];
  let unit = letter as keyof typeof units | undefined;
  let interval = Number(digits);
  while (unit !== undefined && interval > 0) {
    const { count, cron } = units[unit];
    if (interval < count || unit === 'd') return count % interval === 0 ? cron(interval) : undefined;
    if (interval % count !== 0) return undefined;
    interval /= count;
    unit = nextUnit[unit];
  }
  return undefined;
}

/** When a collector reads, as a cron expression, or `off`. */
export const scheduleSetting = (defaultSchedule: string) =>
  customSetting(
    {
      description:
        'When to take readings: an interval such as 30s, 5m or 1h, or a cron expression (second, minute, hour, day of month, month, day of week); `off` disables the collector.',
      default: defaultSchedule,
    },
    'schedule',
    (text) => (text.toLowerCase() === 'off' ? 'off' : isUsableCron(text) ? text : cronOfInterval(text.toLowerCase())),
  );
