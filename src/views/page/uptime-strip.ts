import type { HistoryRange, IntervalValues, MetricHistoryInRange } from '../../model/metric-history.ts';
import { type Html, html } from './html.ts';
import type { PageTexts } from './texts.ts';

type UptimeState = 'up' | 'partly' | 'down';

const stateOf = (share: number): UptimeState => (share === 1 ? 'up' : share === 0 ? 'down' : 'partly');

/** Path through the middle of all intervals in a state; the style sheet makes ticks of it. */
function pathOf(values: IntervalValues, state: UptimeState): string {
  const runs: [start: number, end: number][] = [];
  values.forEach((value, x) => {
    if (value === undefined || stateOf(value) !== state) return;
    const last = runs.at(-1);
    if (last?.[1] === x) last[1] = x + 1;
    else runs.push([x, x + 1]);
  });
  return runs.map(([start, end]) => `M${start} .5H${end}`).join('');
}

/** Never 100 % if it was down. */
const formatShare = (share: number, { decimalSeparator }: PageTexts) =>
  `${share === 1 ? 100 : (Math.floor(share * 1000) / 10).toFixed(1).replace('.', decimalSeparator)}\u202f%`;

/** Known intervals until a share says something. */
const minKnownCount = 5;

function describeShare(share: string | undefined, range: HistoryRange, isWhole: boolean, texts: PageTexts): string {
  if (share === undefined) return texts.uptimeUnknown(range);
  return isWhole ? texts.uptimeShare(share, range) : texts.uptimeShareOfKnown(share, range);
}

/** When something could be reached, as a strip of time, and its share of the time that is known, if that is enough for
 * one; undefined while nothing is known. */
export function renderUptimeStripAndShare(
  { range, values }: MetricHistoryInRange,
  texts: PageTexts,
): { share?: string; strip: Html } | undefined {
  const known = values.filter((value) => value !== undefined);
  if (known.length === 0) return undefined;
  const share =
    known.length < minKnownCount
      ? undefined
      : formatShare(known.reduce((sum, value) => sum + value, 0) / known.length, texts);
  const label = describeShare(share, range, known.length === values.length, texts);
  const states = (['up', 'partly', 'down'] as const).map((state) => ({ state, path: pathOf(values, state) }));
  return {
    ...(share === undefined ? {} : { share }),
    strip: html`<svg class="uptime" role="img" aria-label="${label}" viewBox="0 0 ${values.length} 1" preserveAspectRatio="none">${states
      .filter(({ path }) => path !== '')
      .map(({ state, path }) => html`<path class="${state}" d="${path}"/>`)}</svg>`,
  };
}
