import { expect, test } from 'vitest';
import type { DeviceView, PageSection } from '../../../src/views/page/device-view.ts';
import { renderSectionIndex } from '../../../src/views/page/section-index.ts';
import { englishPageTexts } from '../../../src/views/page/texts.ts';

const device = (...problems: DeviceView['problems'][number][]): DeviceView => ({
  id: 'x',
  kind: 'Drive',
  name: 'x',
  fullName: 'x',
  problems,
  numbers: [],
  uptimes: [],
  facts: [],
  parts: [],
});
const section = (id: string, more: Partial<PageSection> = {}): PageSection => ({
  id,
  title: id.toUpperCase(),
  problems: [],
  devices: [],
  ...more,
});
const linksOf = (...sections: PageSection[]) =>
  [
    ...renderSectionIndex(sections, englishPageTexts).text.matchAll(
      /<a href="#([^"]*)"(?: class="(\w+)")?>(.*?)<\/a>/g,
    ),
  ].map(([, anchor, severity, text = '']) => [anchor, text.replaceAll(/<[^>]*>/g, ''), severity]);

test('a link for each section, with how much is wrong in it and how bad the worst is; notices are not wrong', () => {
  const degraded = { severity: 'degraded' as const, text: 'slow' };
  const atRisk = { severity: 'data_at_risk' as const, text: 'dying' };
  const notice = { severity: 'notice' as const, text: 'reboot' };
  const withPart = { ...device(notice), parts: [device(atRisk)] };
  expect(
    linksOf(section('host'), section('nvme', { problems: [degraded], devices: [withPart] }), section('router')),
  ).toEqual([
    ['host/', 'HOST', undefined],
    ['nvme/', 'NVME 2 wrong', 'data_at_risk'],
    ['router/', 'ROUTER', undefined],
  ]);
});

test('one link for all other agents of a site', () => {
  const lost = { severity: 'outage' as const, text: 'lost' };
  expect(
    linksOf(
      section('lab/pi', { site: 'Berlin', problems: [lost] }),
      section('lab/box', { site: 'Berlin' }),
      section('lab/shed', { site: 'Cabin' }),
    ),
  ).toEqual([
    ['site/berlin', 'Berlin 1 wrong', 'outage'],
    ['site/cabin', 'Cabin', undefined],
  ]);
});
