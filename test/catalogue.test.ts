import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { allCollectors } from '../src/collectors/index.ts';
import { evaluateMetrics } from '../src/loop/evaluate-metrics.ts';
import type { CollectorMetadata } from '../src/model/collector.ts';
import { fromBaseUnit, possibleRangeOfUnit, toBaseUnit } from '../src/model/unit.ts';
import { discoveryFieldsOfMetric, platformOfMetric, valueTemplate } from '../src/views/platform.ts';
import { prometheusDescriptorOfMetric } from '../src/views/prometheus-descriptor.ts';
import tables from './home-assistant/tables.json' with { type: 'json' };

// Home Assistant's own tables, read out of the release that they name.
const units: Record<string, (string | null)[]> = tables.sensor_units;
const stateClasses: Record<string, string[]> = tables.sensor_state_classes;
const keys: Record<string, string[]> = tables.mqtt_discovery_keys;

const catalogue: readonly CollectorMetadata[] = allCollectors;
const everyTable = catalogue.flatMap(({ id, tables: own }) =>
  Object.entries(own).map(([of, table]) => ({ at: `${id} ${of}`, collector: id, of, table })),
);
const metrics = everyTable.flatMap(({ at, of, table }) =>
  Object.entries(table.metrics).map(([key, metric]) => ({ at: `${at} ${key}`, of, key, metric })),
);

describe('ids fit topics, component keys and templates', () => {
  test.each(allCollectors.map(({ id }) => id))('collector %s', (id) => expect(id).toMatch(/^[a-z][a-z0-9_]*$/));
  test.each(metrics)('$at', ({ of, key }) => {
    expect(of).toMatch(/^[a-z]+$/);
    expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
  });
});

test('collectors are told apart by their ids', () => {
  expect(new Set(allCollectors.map(({ id }) => id)).size).toBe(allCollectors.length);
});

describe('tables', () => {
  test.each(catalogue)('$id has one main table, of devices', ({ tables: own }) => {
    const main = Object.values(own).filter(({ isMain }) => isMain);
    expect(main.map(({ kind }) => kind)).toEqual(['device']);
  });
  test.each(everyTable)('$at has a title and an icon', ({ table: { title, icon } }) => {
    expect(title).toMatch(/^\p{Lu}/u);
    expect(icon).toMatch(/^mdi:[a-z0-9-]+$/);
  });
});

describe(`Home Assistant ${tables.home_assistant} takes every metric`, () => {
  test.each(metrics)('$at', ({ key, metric }) => {
    const platform = platformOfMetric(metric);
    const options = Object.fromEntries(
      Object.entries(discoveryFieldsOfMetric(metric)).filter(([, value]) => value !== undefined),
    );
    const {
      device_class: deviceClass,
      unit_of_measurement: unit,
      state_class: stateClass,
    } = options as Record<string, string | undefined>;
    for (const option of [...Object.keys(options), 'icon', 'entity_category', 'enabled_by_default', 'value_template'])
      expect(keys[platform]).toContain(option);

    if (platform === 'binary_sensor' && deviceClass !== undefined)
      expect(tables.binary_sensor_device_classes).toContain(deviceClass);
    if (platform === 'sensor' && deviceClass !== undefined) {
      expect(tables.sensor_device_classes).toContain(deviceClass);
      if (unit !== undefined) expect(units[deviceClass]).toContain(unit);
      if (units[deviceClass] !== undefined) expect(unit, 'a class with units wants one').toBeDefined();
      if (stateClass !== undefined && stateClasses[deviceClass] !== undefined)
        expect(stateClasses[deviceClass]).toContain(stateClass);
      if (tables.sensor_non_numeric.includes(deviceClass)) expect([unit, stateClass]).toEqual([undefined, undefined]);
    }
    if (stateClass !== undefined) expect(tables.state_classes).toContain(stateClass);
    if (metric.category !== undefined) expect(tables.entity_categories).toContain(metric.category);
    if (metric.kind === 'enum') for (const option of metric.options) expect(option).toMatch(/^[a-z0-9_]+$/);
    expect(valueTemplate(key, metric)).toContain(`value_json.${key}`);
  });
});

describe('names are as Home Assistant wants them', () => {
  test.each(metrics)('$at', ({ metric }) => {
    expect(metric.name).toMatch(/^\p{Lu}/u);
    expect(metric.name).not.toMatch(/sensor|host|device/i);
    // Sentence case: further words begin small, but for abbreviations and names.
    for (const word of metric.name.split(' ').slice(1)) expect(word).toMatch(/^([a-z0-9-]+|[A-Z/0-9]{2,}|IPv[46])$/);
    if (metric.icon !== undefined) expect(metric.icon).toMatch(/^mdi:[a-z0-9-]+$/);
    if (!('deviceClass' in metric) && metric.kind !== 'timestamp' && metric.kind !== 'update')
      expect(metric.icon, 'without a device class it needs an icon').toBeDefined();
  });
});

const numbers = metrics.flatMap(({ at, key, metric }) =>
  metric.kind === 'gauge' || metric.kind === 'counter' ? [{ at, key, metric }] : [],
);

describe('whatever a gauge or counter computes, it shows nothing beyond its ends', () => {
  test.each(numbers)('$at', ({ metric }) => {
    const { least, most } = { ...possibleRangeOfUnit(metric.unit), ...metric };
    const ends = [least, most].filter(Number.isFinite).map((end) => toBaseUnit(end, metric.unit));
    const near = fc.tuple(fc.constantFrom(0, ...ends), fc.double({ min: -1, max: 1, noNaN: true }));
    const any = fc.oneof(
      fc.double(),
      near.map(([end, by]) => end + by * toBaseUnit(1, metric.unit)),
    );
    fc.assert(
      fc.property(any, fc.option(any, { nil: undefined }), (value, previous) => {
        const evaluate = (raw: number, before = {}) =>
          evaluateMetrics({ x: { ...metric, value: () => raw } }, {}, before);
        const before = previous === undefined ? {} : evaluate(previous).sample;
        const { sample, rawNumbers, impossibleValues } = evaluate(value, before);
        const { x: raw } = rawNumbers;
        expect(typeof sample.x).toBe(raw === undefined ? 'object' : 'number');
        const isNumber = Number.isFinite(fromBaseUnit(value, metric.unit));
        expect(impossibleValues.has('x')).toBe(raw === undefined && isNumber);
        if (raw === undefined) return;
        expect(sample.x).toBeGreaterThanOrEqual(least);
        expect(sample.x).toBeLessThanOrEqual(most);
        expect(fromBaseUnit(raw, metric.unit)).toBeGreaterThanOrEqual(least);
        expect(fromBaseUnit(raw, metric.unit)).toBeLessThanOrEqual(most);
        const { precision = 0, deadband = 0 } = metric;
        const exact = fromBaseUnit(raw, metric.unit);
        const tolerance = Math.max(deadband, 10 ** -precision) + Math.abs(exact) * 1e-14;
        expect(Math.abs(Number(sample.x) - exact)).toBeLessThanOrEqual(tolerance);
      }),
      { numRuns: 50 },
    );
  });
});

describe('Prometheus’s names end with the base unit of what people see', () => {
  const baseUnits = new Map([
    [/^(B|[kMGT]i?B)$/, 'bytes'],
    [/^([kM]?B|[kM]?bit)\/s$/, 'bytes_per_second'],
    [/^(ms|s|min|h|d)$/, 'seconds'],
    [/^[MG]?Hz$/, 'hertz'],
    [/^%$/, 'ratio'],
    [/^°C$/, 'celsius'],
    [/^K$/, 'kelvin'],
    [/^dB$/, 'decibels'],
    [/^dBm$/, 'dbm'],
    [/^rpm$/, 'rpm'],
    [/^1\/min$/, 'per_second'],
  ]);
  test.each(numbers)('$at', ({ at, key, metric }) => {
    const [collector, table = ''] = at.split(' ');
    const declaration = allCollectors.find(({ id }) => id === collector);
    const { name, unit } = prometheusDescriptorOfMetric(declaration as never, table, key, metric);
    const expected = [...baseUnits].find(([pattern]) => pattern.test(metric.unit ?? ''))?.[1];
    expect(unit).toBe(expected);
    if (expected !== undefined) expect(name.endsWith(`_${expected}`)).toBe(true);
  });
});

test('some twenty entities are enabled on a plain machine: one file system, interface and disk', () => {
  const enabled = metrics.filter(
    ({ at, metric }) => /^(host|agent) /.test(at) && metric.enabled !== false && !metric.optional,
  );
  expect(enabled.length).toBeGreaterThanOrEqual(15);
  expect(enabled.length).toBeLessThanOrEqual(25);
});

test('some ten entities are enabled of a drive', () => {
  const enabled = metrics.filter(
    ({ at, metric }) => at.startsWith('nvme drive') && metric.enabled !== false && !metric.optional,
  );
  expect(enabled.length).toBeGreaterThanOrEqual(7);
  expect(enabled.length).toBeLessThanOrEqual(14);
});

test('few entities are enabled of a router or target that tells nothing', () => {
  for (const table of ['router router', 'router target']) {
    const enabled = metrics.filter(
      ({ at, metric }) => at.startsWith(table) && metric.enabled !== false && !metric.optional,
    );
    expect(enabled.length).toBeGreaterThanOrEqual(3);
    expect(enabled.length).toBeLessThanOrEqual(6);
  }
});

const buttons = everyTable.flatMap(({ at, table }) =>
  Object.entries(table.actions ?? {}).map(([key, action]) => ({ at: `${at} ${key}`, key, action })),
);

describe(`Home Assistant ${tables.home_assistant} takes every action`, () => {
  test.each(buttons)('$at', ({ key, action }) => {
    expect(key).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(action.name).toMatch(/^\p{Lu}/u);
    if (action.category !== undefined) expect(tables.entity_categories).toContain(action.category);
    for (const option of ['command_topic', 'payload_press', 'icon', 'entity_category', 'enabled_by_default'])
      expect(keys.button).toContain(option);
  });
});

const events = everyTable.flatMap(({ at, table: { event } }) => (event === undefined ? [] : [{ at, event }]));

describe(`Home Assistant ${tables.home_assistant} takes every event`, () => {
  test('no metric has the key that events go by', () =>
    expect(metrics.filter(({ key }) => key === 'event')).toEqual([]));
  test.each(events)('$at', ({ event }) => {
    expect(event.name).toMatch(/^\p{Lu}/u);
    for (const type of event.types) expect(type).toMatch(/^[a-z0-9_]+$/);
    for (const option of ['event_types', 'state_topic', 'icon', 'entity_category', 'enabled_by_default'])
      expect(keys.event).toContain(option);
  });
});
