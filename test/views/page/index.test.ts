import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { RecentMetricHistory } from '../../../src/loop/recent-metric-history.ts';
import type { MetricValuesByKey } from '../../../src/model/metric.ts';
import type { Severity } from '../../../src/model/problem.ts';
import { declareDeviceTable } from '../../../src/model/table.ts';
import { household } from '../../helpers/household.ts';
import { renderLiveSectionsById, renderPage } from '../../helpers/page.ts';
import { agent, device, probe, stateOf } from '../../helpers/sample-collector.ts';

const collector = probe(async () => []);
const history = { lineOf: () => undefined };
const now = new Date('2026-03-14T20:00:00Z');
const later = new Date('2026-01-02T03:05:06Z');

function pageOf(...observations: Parameters<typeof stateOf>[1][]) {
  const state = stateOf(collector, ...observations);
  state.broker.connected = true;
  return renderPage({ catalogue: [collector], agent, state, history }, 'hour', later);
}
const main = (text: string) => /<main>([\s\S]*)<\/main>/.exec(text)?.[1] ?? '';
const wrong = (text: string) =>
  [...main(text).matchAll(/<li[^>]*>(.*?)<\/li>/g)].map(([, item = '']) => item.replaceAll(/<[^>]*>/g, ''));

test('the page of a household', async () => {
  await expect(main(renderPage(household(now), 'hour', now)).trim()).toMatchFileSnapshot(
    '../../cases/page/household.html',
  );
});

/** The household after a day in which every number went up and down, by a fixed sequence. */
function afterRestlessDay() {
  const shown = household(now);
  const history = new RecentMetricHistory();
  let seed = 1;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const restless = (values: MetricValuesByKey = {}) =>
    Object.fromEntries(
      Object.entries(values).map(([key, value]) => [
        key,
        typeof value === 'number' ? value * (0.9 + 0.2 * random()) : value,
      ]),
    );
  const minutes = 24 * 60;
  for (let minute = 0; minute <= minutes; minute += 1)
    for (const collector of shown.catalogue) {
      const state = shown.state.collectors.get(collector.id);
      if (state === undefined) continue;
      const entries = new Map(
        [...state.entries].map(([path, entry]) => [path, { ...entry, sample: restless(entry.sample) }]),
      );
      history.record(collector, { ...state, entries }, new Date(now.getTime() + (minute - minutes) * 60_000));
    }
  return { ...shown, history };
}

test.each(['hour', 'day'] as const)(
  'the page of a household after a restless day, with the last %s, is sent in 60 kB',
  (range) => {
    const page = renderPage(afterRestlessDay(), range, now);
    expect(gzipSync(page).length).toBeLessThan(25_000);
    // To whoever does not take gzip.
    expect(Buffer.byteLength(page)).toBeLessThan(80_000);
    expect(Buffer.byteLength(renderPage(household(now), range, now))).toBeLessThan(60_000);
  },
);

test('the page loads nothing from elsewhere', () => {
  const text = renderPage(household(now), 'hour', now);
  for (const [, address = ''] of text.matchAll(/(?:src|link [^>]*href|action)="([^"]*)"/g))
    expect(address).toMatch(/^data:image\/svg/);
  expect(text).not.toMatch(/@import|url\(/);
});

const hostile = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style><svg onload=alert(1)>',
  '&lt;b&gt;',
  'a\u202eb\u0000c',
];

test('a hint that is too long for the state of an entity is shown once', () => {
  const hint = 'Anmeldung '.repeat(30).trim();
  const hinting = {
    ...collector,
    tables: {
      ...collector.tables,
      thing: declareDeviceTable({
        title: 'Thing',
        icon: 'mdi:cube',
        metrics: { advice: { kind: 'text', name: 'Advice', value: () => hint } },
      }),
    },
  };
  const state = stateOf(hinting as never, [{ table: 'thing', device, reading: {}, hint }]);
  const shown = renderPage({ catalogue: [hinting as never], agent, state, history }, 'hour', later, undefined);
  expect(shown.split('Anmeldung Anmeldung '.repeat(10))).toHaveLength(2);
  expect(shown).toContain(hint);
});

test('the maker stands before the model, unless the model says it or this program made the device up', () => {
  const detailsOf = (manufacturer: string, model: string) =>
    />([^<]*) · 1\.0</.exec(
      main(
        pageOf([{ table: 'thing', device: { ...device, manufacturer, model, softwareVersion: '1.0' }, reading: {} }]),
      ),
    )?.[1];
  expect(detailsOf('Dell Inc.', 'OptiPlex 7080')).toBe('Dell Inc. OptiPlex 7080');
  expect(detailsOf('KVM', 'Virtual machine (KVM)')).toBe('Virtual machine (KVM)');
  expect(detailsOf('Raspberry Pi', 'Raspberry Pi 5 Model B')).toBe('Raspberry Pi 5 Model B');
  expect(detailsOf('Home Lab Infra Monitor', 'Site')).toBe('Site');
  expect(detailsOf('AVM', '')).toBe('AVM');
});

describe('foreign texts are never markup', () => {
  test.each(hostile)('%j', (text) => {
    const hostileDevice = {
      id: text,
      name: text,
      manufacturer: text,
      model: text,
      serialNumber: text,
      softwareVersion: text,
      configurationUrl: `javascript:${text}`,
    };
    const state = stateOf(collector, [
      {
        table: 'thing',
        device: hostileDevice,
        reading: { note: text, firmware: { installed: text, latest: `${text}2` } },
        hint: text,
      },
      { table: 'part', device: hostileDevice, part: { id: text, name: text }, error: new Error(text) },
    ]);
    state.record(collector, { ok: false, error: text, at: later, seconds: 1 });
    state.broker.error = text;
    const shown = renderPage(
      {
        catalogue: [{ ...collector, title: text }],
        agent: { ...agent, name: text, site: text, version: text },
        state,
        history,
      },
      'hour',
      later,
      undefined,
    );
    const body = shown.slice(shown.indexOf('<body'), shown.lastIndexOf('<script>'));
    for (const [tag] of body.matchAll(/<[^>]*>/g))
      expect(tag).toMatch(/^<(\/?[a-z]+[1-6]?)( [a-z-]+(="[^"<>]*")?)*\/?>$/);
    expect(body).not.toMatch(/<(script|img|style)|<svg on| on[a-z]+="|javascript:/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are looked for
    expect(shown).not.toMatch(/[\u202e\x00]/);
  });
});

test('no problem', () => {
  const text = pageOf([{ table: 'thing', device, reading: { level: 1 } }]);
  expect(text).toContain('<h2>All is well</h2>');
  expect(text).toContain('data-title="nas"');
});

test('unreadable devices come first, once for all their parts, with the time since', () => {
  const part = { id: 'p', name: 'Part p' };
  const text = pageOf([
    { table: 'thing', device, error: new Error('no answer') },
    { table: 'part', device, part, error: new Error('no answer') },
    { table: 'part', device: { id: 'two', name: 'Two' }, part, error: new Error('gone') },
  ]);
  expect(wrong(text)).toEqual([
    'degraded Thing: no answer, for 60 salso affected: 1Thing Part p: no answer',
    'degraded Two Part p: gone, for 60 s',
  ]);
  expect(text).toContain('<h2>2 things are wrong</h2>');
  expect(text).toContain('data-title="(2) nas"');
});

test('a failing collector is one problem, and its last values are still shown', () => {
  const state = stateOf(collector, [{ table: 'thing', device, reading: { level: 1 } }]);
  state.broker.connected = true;
  state.record(collector, { ok: false, error: 'timed out after 10 s', at: later, seconds: 10 });
  const text = renderPage({ catalogue: [collector], agent, state, history }, 'hour', later);
  expect(wrong(text)).toEqual(['degraded Probe: timed out after 10 s, for 60 s']);
  expect(text).toContain('<b>1.0</b>\u202f%');
});

test('only the agent’s own device has no link to its page, which this is', () => {
  const ofAgent = probe(async () => [], 'agent');
  const withLink = (configurationUrl: string) => [
    { table: 'thing' as const, device: { id: agent.id, name: agent.name, configurationUrl }, reading: { level: 1 } },
  ];
  const state = stateOf(collector, withLink('https://10.0.0.9/'));
  state.add(ofAgent);
  state.record(ofAgent, { ok: true, observations: withLink('http://192.168.2.5:8000/'), at: later, seconds: 1 });
  const text = renderPage({ catalogue: [collector, ofAgent], agent, state, history }, 'hour', later);
  expect(text).toContain('href="https://10.0.0.9/"');
  expect(text).not.toContain('192.168.2.5');
});

test('problems of the agent are listed too: a disconnected broker', () => {
  const state = stateOf(collector, [{ table: 'thing', device, reading: {} }]);
  expect(wrong(renderPage({ catalogue: [collector], agent, state, history }, 'hour', later))).toEqual([
    expect.stringMatching(/^outage Broker mqtt:\/\/127\.0\.0\.1:1883: not connected, for /),
  ]);
});

const judging = {
  ...collector,
  tables: {
    ...collector.tables,
    thing: {
      ...collector.tables.thing,
      problems: ({ note, level }: { note?: string | undefined; level?: number | undefined }) =>
        level === undefined
          ? [{ key: 'spare', isUnknown: true as const }]
          : note === undefined
            ? []
            : [{ key: 'spare', severity: note as Severity, text: 'spare is low', remedy: 'replace it' }],
    },
  },
} as typeof collector;

test('a problem on a card is not said twice, and a flag without one reads as an answer', () => {
  const flag = { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: () => true } as const;
  const flagged = {
    ...judging,
    tables: { ...judging.tables, thing: { ...judging.tables.thing, metrics: { problem: flag } } },
  } as typeof collector;
  const card = (note?: string) => {
    const state = stateOf(flagged, [{ table: 'thing' as const, device, reading: { level: 1, note } }]);
    return renderPage({ catalogue: [flagged], agent, state, history }, 'hour', later);
  };
  expect(card()).toContain('<dt>Problem</dt><dd><em>yes</em></dd>');
  expect(card('degraded')).not.toContain('<dt>Problem</dt>');
});

function judgedPage(...readings: { level?: number; note?: string }[]) {
  const serial = { ...device, serialNumber: 'S4EV' };
  const state = stateOf(judging, ...readings.map((reading) => [{ table: 'thing' as const, device: serial, reading }]));
  state.broker.connected = true;
  return renderPage({ catalogue: [judging], agent, state, history }, 'hour', later);
}

test('a problem with its severity, serial number, beginning and remedy; its card has the same text', () => {
  const text = judgedPage({ level: 1, note: 'data_at_risk' });
  expect(wrong(text)).toEqual(['data at risk Thing: spare is low, for 60 s serial number S4EVreplace it']);
  expect(text).toContain('id="summary" class="data_at_risk"');
  expect(text).toContain('<p class="trouble data_at_risk">spare is low</p>');
});

test('what can’t be read any longer is the last known', () => {
  const text = judgedPage({ level: 1, note: 'degraded' }, {});
  expect(wrong(text)).toEqual([expect.stringContaining('Thing: spare is low (last known), for ')]);
  expect(text).toContain('<p class="trouble degraded">spare is low (last known)</p>');
});

test('notices stand below what is wrong, and nothing is wrong with them alone', () => {
  const text = judgedPage({ level: 1, note: 'notice' });
  expect(text).toMatch(
    /class="well" data-title="nas">\s*<div role="status"><h2>All is well<\/h2><\/div>\s*<h3>Notices<\/h3><ul>/,
  );
  expect(wrong(text)).toEqual([expect.stringMatching(/^notice Thing: spare is low/)]);
});

test('a part that vanished says so on its card, and is no problem', () => {
  const part = { table: 'part' as const, device, part: { id: 'p', name: 'Part p' }, reading: { level: 1 } };
  const thing = { table: 'thing' as const, device, reading: { level: 1 } };
  const text = pageOf([thing, part], [thing]);
  expect(text).toContain('<h2>All is well</h2>');
  expect(text).toContain('<p class="hint">no longer present</p>');
});

test('a device behind another says on its card what explains its problem', () => {
  const text = pageOf([
    { table: 'thing', device, error: new Error('no answer') },
    { table: 'thing', device: { id: 'below', name: 'Below', via: 'Thing 1' }, error: new Error('gone') },
  ]);
  expect(text).toContain('gone, because of Thing');
});

test('live sections have no elapsed times, so that only changes change them', () => {
  const shown = household(now);
  const [early, late] = [
    renderLiveSectionsById(shown, 'hour', now),
    renderLiveSectionsById(shown, 'hour', new Date(now.getTime() + 20_000)),
  ];
  expect([...early.keys()]).toEqual(['index', 'summary', 'sites/', 'host/', 'nvme/', 'router/', 'home_assistant/']);
  expect(late).toEqual(early);
  expect([...early.values()].join()).not.toMatch(/<time[^>]*>[^<]/);
});

test('below a prefix the page has a base address', () => {
  const shown = household(now);
  expect(renderPage(shown, 'hour', now)).not.toContain('<base');
  expect(renderPage(shown, 'hour', now, '/api/hassio_ingress/abc')).toContain('<base href="/api/hassio_ingress/abc/">');
});
