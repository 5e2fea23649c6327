import { expect, test } from 'vitest';
import { runStepsAtOnce } from '../../../src/model/event-loop-turns.ts';
import { english } from '../../../src/views/language.ts';
import type { DeviceView } from '../../../src/views/page/device-view.ts';
import { renderSection } from '../../../src/views/page/section-html.ts';
import { deviceView } from '../../helpers/device-view.ts';

const now = new Date('2026-03-14T20:00:00Z');
const view = (id: string, more: Partial<DeviceView> = {}): DeviceView =>
  deviceView({ id, name: id, fullName: id, ...more });
const drives = (count: number, more: Partial<DeviceView> = {}) =>
  Array.from({ length: count }, (_, index) => view(`drive ${index}`, more));

/** What the fold says, and how many cards stand before it and in it. */
function foldOf(devices: DeviceView[]) {
  const { text } = runStepsAtOnce(
    renderSection({ id: 'storage', title: 'Drives', problems: [], lastRead: now, devices }, { language: english, now }),
  );
  const [before = '', folded] = text.split(/<details class="group" id="storage\/well\/">/);
  const cards = (html: string) => html.split('<article').length - 1;
  return {
    open: cards(before),
    ...(folded === undefined
      ? {}
      : { title: /<span>(.*?)<\/span> <small>(\d+)/.exec(folded)?.slice(1), folded: cards(folded) }),
  };
}

test('of many cards those that are well are folded', () => {
  expect(foldOf(drives(12))).toEqual({ open: 12 });
  expect(foldOf(drives(13))).toEqual({ open: 0, title: ['All are well', '13'], folded: 13 });
});

test.each<[string, Partial<DeviceView>]>([
  ['has a problem', { problems: [{ severity: 'notice', text: 'is worn' }] }],
  ['can’t be read', { lostSince: now }],
  ['lacks the right to be read', { hint: 'run install-sudo-rule' }],
  ['has a part that can’t be read', { parts: [view('part', { lostSince: now })] }],
  ['has a part with a problem', { parts: [view('part', { problems: [{ severity: 'degraded', text: 'is full' }] })] }],
  ['has a part with a hint', { parts: [view('part'), view('other', { hint: 'no longer present' })] }],
])('what %s is not said to be well', (_, more) => {
  expect(foldOf([view('odd', more), ...drives(13)])).toEqual({
    open: 1,
    title: ['The others are well', '13'],
    folded: 13,
  });
  expect(foldOf(drives(14, more))).toEqual({ open: 14 });
});

test('an empty section says what was not found', () => {
  const empty = { id: 'storage', title: 'Storage', problems: [], lastRead: now, devices: [] };
  const render = (more: { nothingFound?: string }) =>
    runStepsAtOnce(renderSection({ ...empty, ...more }, { language: english, now })).text;
  expect(render({})).toContain('<p class="about">None found.</p>');
  expect(render({ nothingFound: 'No pool found.' })).toContain('<p class="about">No pool found.</p>');
});
