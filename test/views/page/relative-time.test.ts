import { expect, test } from 'vitest';
import { english } from '../../../src/views/language.ts';
import {
  renderDistanceToNow,
  renderRelativeTime,
  withoutTimeElementTexts,
} from '../../../src/views/page/relative-time.ts';

const now = new Date('2026-03-14T20:00:00Z');
const context = { language: english, now };
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);

test('past and future times', () => {
  expect(renderDistanceToNow(at(-90), context).text).toBe('<time datetime="2026-03-14T19:58:30.000Z">90 s</time>');
  expect(renderRelativeTime(at(-7200), context).text).toMatch(/>2 h<\/time> ago$/);
  expect(renderRelativeTime(at(7200), context).text).toMatch(/^in <time .*>2 h<\/time>$/);
});

test('elapsed times can be emptied', () =>
  expect(withoutTimeElementTexts(`read ${renderDistanceToNow(at(-90), context).text} ago`)).toBe(
    'read <time datetime="2026-03-14T19:58:30.000Z"></time> ago',
  ));
