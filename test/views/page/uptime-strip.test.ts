import { expect, test } from 'vitest';
import { englishPageTexts } from '../../../src/views/page/texts.ts';
import { renderUptimeStripAndShare as renderIn } from '../../../src/views/page/uptime-strip.ts';

const renderUptimeStripAndShare = (line: Parameters<typeof renderIn>[0]) => renderIn(line, englishPageTexts);

test('nothing while nothing is known', () => {
  expect(renderUptimeStripAndShare({ range: 'hour', values: [undefined, undefined] })).toBeUndefined();
});

test('up, down and unknown intervals, each a tick, and the share of the known ones', () => {
  const { share, strip } = renderUptimeStripAndShare({ range: 'hour', values: [undefined, 1, 1, 0, 1, 1] }) ?? {};
  expect(share).toBe('80.0\u202f%');
  expect(strip?.text).toBe(
    '<svg class="uptime" role="img" aria-label="80.0\u202f% of what is known of the last hour" viewBox="0 0 6 1" preserveAspectRatio="none">' +
      '<path class="up" d="M1 .5H3M4 .5H6"/><path class="down" d="M3 .5H4"/></svg>',
  );
});

test('a quarter of an hour may have been up for a part', () => {
  expect(renderUptimeStripAndShare({ range: 'day', values: [1, 0.5] })?.strip.text).toContain(
    '<path class="partly" d="M1 .5H2"/>',
  );
});

test('only what was never down has 100 %', () => {
  expect(renderUptimeStripAndShare({ range: 'day', values: [1, 1, 1, 1, 1] })?.share).toBe('100\u202f%');
  expect(
    renderUptimeStripAndShare({ range: 'day', values: [...Array.from({ length: 95 }, () => 1), 0.999] })?.share,
  ).toBe('99.9\u202f%');
});

test('there is no share of a few minutes, and that of a part is not said to be that of the whole', () => {
  const unknown = Array.from({ length: 91 }, () => undefined);
  const begun = renderUptimeStripAndShare({ range: 'day', values: [...unknown, undefined, 1, 1, 1, 1] });
  expect(begun).not.toHaveProperty('share');
  expect(begun?.strip.text).toContain('aria-label="the last day, of which too little is known yet"');
  expect(begun?.strip.text).toContain('<path class="up"');
  expect(renderUptimeStripAndShare({ range: 'day', values: [...unknown, 1, 1, 1, 1, 1] })?.strip.text).toContain(
    'aria-label="100\u202f% of what is known of the last day"',
  );
  expect(renderUptimeStripAndShare({ range: 'day', values: unknown.map(() => 1) })?.strip.text).toContain(
    'aria-label="100\u202f% of the last day"',
  );
});
