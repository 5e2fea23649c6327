import { describe, expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import { english } from '../../src/views/language.ts';
import { prometheusFamilies } from '../../src/views/prometheus.ts';
import { prometheusDescriptorOfMetric, prometheusSampleName } from '../../src/views/prometheus-descriptor.ts';
import { renderExposition } from '../../src/views/prometheus-text.ts';
import { agent, device, probe, stateOf } from '../helpers/sample-collector.ts';

const collector = probe(async () => []);
const part = { id: '/mnt', name: 'Part /mnt' };
const since = new Date('2026-01-01T00:00:00Z');
const firmware = { installed: '1.0', latest: '1.1' };
const reading = { level: 41.26, total: 1.1004, on: true, mood: 'bad', note: 'says "no"\nand \\', since, firmware };

const whole = () =>
  stateOf(collector, [
    { table: 'thing', device: { ...device, model: 'X1' }, reading },
    { table: 'part', device, part, reading: { level: 7 } },
    { table: 'part', device, part: { id: 'out', name: 'Out' }, excluded: true },
  ]);
const seen = (state = whole(), format: 'prometheus' | 'openmetrics' = 'prometheus') =>
  renderExposition(prometheusFamilies([collector], agent, state), format);

test('a part’s label names it in place of the id; one that is gone gives way', () => {
  const state = stateOf(collector, [
    { table: 'part', device, part: { id: 'sda', name: 'Disk sda' }, error: new Error('gone') },
    { table: 'part', device, part: { id: 'serial 1', name: 'Disk sda', label: 'sda' }, reading: { level: 7 } },
    { table: 'part', device, part: { id: 'serial 2', name: 'Disk sda', label: 'sda' }, error: new Error('gone') },
  ]);
  expect(seen(state).match(/^(?!infra_monitor_problem).*sda.*$/gm)).toEqual([
    'infra_monitor_available{collector="probe",device="thing_1",part="part sda"} 1',
    'infra_monitor_probe_part_level_ratio{device="thing_1",part="sda"} 0.07',
  ]);
});

test('every kind of metric, in base units and with all its digits', () => {
  expect(seen()).toMatchInlineSnapshot(`
    "# HELP infra_monitor_build_info Version, name and site of the agent.
    # TYPE infra_monitor_build_info gauge
    infra_monitor_build_info{version="1.2.3",agent="nas",site=""} 1
    # HELP infra_monitor_mqtt_connected Whether the agent is connected to its broker.
    # TYPE infra_monitor_mqtt_connected gauge
    infra_monitor_mqtt_connected 0
    # HELP infra_monitor_scrape_collector_success Whether the last reading of the collector succeeded.
    # TYPE infra_monitor_scrape_collector_success gauge
    infra_monitor_scrape_collector_success{collector="probe"} 1
    # HELP infra_monitor_scrape_collector_duration_seconds Duration of the last reading.
    # TYPE infra_monitor_scrape_collector_duration_seconds gauge
    infra_monitor_scrape_collector_duration_seconds{collector="probe"} 0.1
    # HELP infra_monitor_scrape_collector_last_success_timestamp_seconds Time of the last successful reading of the collector.
    # TYPE infra_monitor_scrape_collector_last_success_timestamp_seconds gauge
    infra_monitor_scrape_collector_last_success_timestamp_seconds{collector="probe"} 1767323046
    # HELP infra_monitor_available Whether the last reading of the device or part succeeded.
    # TYPE infra_monitor_available gauge
    infra_monitor_available{collector="probe",device="thing_1",part=""} 1
    infra_monitor_available{collector="probe",device="thing_1",part="part /mnt"} 1
    # HELP infra_monitor_device_info Properties of the device, to be joined by its label.
    # TYPE infra_monitor_device_info gauge
    infra_monitor_device_info{device="thing_1",name="Thing",manufacturer="",model="X1",serial_number="",software_version=""} 1
    # HELP infra_monitor_problem Something that is wrong; explained_by is the id of the problem that it is a consequence of.
    # TYPE infra_monitor_problem gauge
    infra_monitor_problem{id="broker",cause="broker mqtt://127.0.0.1:1883",place="broker",subject="Broker mqtt://127.0.0.1:1883",severity="outage",text="not connected",certain="true",explained_by=""} 1
    # HELP infra_monitor_probe_level_ratio Probe: Level.
    # TYPE infra_monitor_probe_level_ratio gauge
    infra_monitor_probe_level_ratio{device="thing_1"} 0.4126
    # HELP infra_monitor_probe_total_bytes_total Probe: Total.
    # TYPE infra_monitor_probe_total_bytes_total counter
    infra_monitor_probe_total_bytes_total{device="thing_1"} 1100400000
    # HELP infra_monitor_probe_on Probe: On.
    # TYPE infra_monitor_probe_on gauge
    infra_monitor_probe_on{device="thing_1"} 1
    # HELP infra_monitor_probe_mood Probe: Mood.
    # TYPE infra_monitor_probe_mood gauge
    infra_monitor_probe_mood{device="thing_1",infra_monitor_probe_mood="good"} 0
    infra_monitor_probe_mood{device="thing_1",infra_monitor_probe_mood="bad"} 1
    # HELP infra_monitor_probe_note_info Probe: Note.
    # TYPE infra_monitor_probe_note_info gauge
    infra_monitor_probe_note_info{device="thing_1",note="says \\"no\\"\\nand \\\\"} 1
    # HELP infra_monitor_probe_since_timestamp_seconds Probe: Since.
    # TYPE infra_monitor_probe_since_timestamp_seconds gauge
    infra_monitor_probe_since_timestamp_seconds{device="thing_1"} 1767225600
    # HELP infra_monitor_probe_firmware_info Probe: Firmware.
    # TYPE infra_monitor_probe_firmware_info gauge
    infra_monitor_probe_firmware_info{device="thing_1",installed="1.0",latest="1.1"} 1
    # HELP infra_monitor_probe_part_level_ratio Probe, part: Level.
    # TYPE infra_monitor_probe_part_level_ratio gauge
    infra_monitor_probe_part_level_ratio{device="thing_1",part="/mnt"} 0.07
    "
  `);
});

test('OpenMetrics has its own types and units', () => {
  expect(seen(whole(), 'openmetrics')).toMatchInlineSnapshot(`
    "# HELP infra_monitor_build Version, name and site of the agent.
    # TYPE infra_monitor_build info
    infra_monitor_build_info{version="1.2.3",agent="nas",site=""} 1
    # HELP infra_monitor_mqtt_connected Whether the agent is connected to its broker.
    # TYPE infra_monitor_mqtt_connected gauge
    infra_monitor_mqtt_connected 0
    # HELP infra_monitor_scrape_collector_success Whether the last reading of the collector succeeded.
    # TYPE infra_monitor_scrape_collector_success gauge
    infra_monitor_scrape_collector_success{collector="probe"} 1
    # HELP infra_monitor_scrape_collector_duration_seconds Duration of the last reading.
    # TYPE infra_monitor_scrape_collector_duration_seconds gauge
    # UNIT infra_monitor_scrape_collector_duration_seconds seconds
    infra_monitor_scrape_collector_duration_seconds{collector="probe"} 0.1
    # HELP infra_monitor_scrape_collector_last_success_timestamp_seconds Time of the last successful reading of the collector.
    # TYPE infra_monitor_scrape_collector_last_success_timestamp_seconds gauge
    # UNIT infra_monitor_scrape_collector_last_success_timestamp_seconds seconds
    infra_monitor_scrape_collector_last_success_timestamp_seconds{collector="probe"} 1767323046
    # HELP infra_monitor_available Whether the last reading of the device or part succeeded.
    # TYPE infra_monitor_available gauge
    infra_monitor_available{collector="probe",device="thing_1",part=""} 1
    infra_monitor_available{collector="probe",device="thing_1",part="part /mnt"} 1
    # HELP infra_monitor_device Properties of the device, to be joined by its label.
    # TYPE infra_monitor_device info
    infra_monitor_device_info{device="thing_1",name="Thing",manufacturer="",model="X1",serial_number="",software_version=""} 1
    # HELP infra_monitor_problem Something that is wrong; explained_by is the id of the problem that it is a consequence of.
    # TYPE infra_monitor_problem gauge
    infra_monitor_problem{id="broker",cause="broker mqtt://127.0.0.1:1883",place="broker",subject="Broker mqtt://127.0.0.1:1883",severity="outage",text="not connected",certain="true",explained_by=""} 1
    # HELP infra_monitor_probe_level_ratio Probe: Level.
    # TYPE infra_monitor_probe_level_ratio gauge
    # UNIT infra_monitor_probe_level_ratio ratio
    infra_monitor_probe_level_ratio{device="thing_1"} 0.4126
    # HELP infra_monitor_probe_total_bytes Probe: Total.
    # TYPE infra_monitor_probe_total_bytes counter
    # UNIT infra_monitor_probe_total_bytes bytes
    infra_monitor_probe_total_bytes_total{device="thing_1"} 1100400000
    # HELP infra_monitor_probe_on Probe: On.
    # TYPE infra_monitor_probe_on gauge
    infra_monitor_probe_on{device="thing_1"} 1
    # HELP infra_monitor_probe_mood Probe: Mood.
    # TYPE infra_monitor_probe_mood stateset
    infra_monitor_probe_mood{device="thing_1",infra_monitor_probe_mood="good"} 0
    infra_monitor_probe_mood{device="thing_1",infra_monitor_probe_mood="bad"} 1
    # HELP infra_monitor_probe_note Probe: Note.
    # TYPE infra_monitor_probe_note info
    infra_monitor_probe_note_info{device="thing_1",note="says \\"no\\"\\nand \\\\"} 1
    # HELP infra_monitor_probe_since_timestamp_seconds Probe: Since.
    # TYPE infra_monitor_probe_since_timestamp_seconds gauge
    # UNIT infra_monitor_probe_since_timestamp_seconds seconds
    infra_monitor_probe_since_timestamp_seconds{device="thing_1"} 1767225600
    # HELP infra_monitor_probe_firmware Probe: Firmware.
    # TYPE infra_monitor_probe_firmware info
    infra_monitor_probe_firmware_info{device="thing_1",installed="1.0",latest="1.1"} 1
    # HELP infra_monitor_probe_part_level_ratio Probe, part: Level.
    # TYPE infra_monitor_probe_part_level_ratio gauge
    # UNIT infra_monitor_probe_part_level_ratio ratio
    infra_monitor_probe_part_level_ratio{device="thing_1",part="/mnt"} 0.07
    # EOF
    "
  `);
});

test('an unreadable entry is absent, and marked as unavailable', () => {
  const state = whole();
  state.record(collector, {
    ok: true,
    observations: [
      { table: 'thing', device, error: new Error('gone') },
      { table: 'part', device, part, reading: {} },
    ],
    at: since,
    seconds: 1,
  });
  expect(seen(state)).not.toMatch(/probe_(level|total|on|mood|note|since|firmware|part)/);
  expect(seen(state)).toContain('available{collector="probe",device="thing_1",part=""} 0\n');
  expect(seen(state)).toContain('available{collector="probe",device="thing_1",part="part /mnt"} 1\n');
});

test('whether the agent is connected is what it is now, and unknown to a command', () => {
  const { tables } = collector;
  const on = { kind: 'boolean', name: 'On', followsAgentStatus: true, value: () => true } as const;
  const following = { ...collector, tables: { ...tables, thing: { ...tables.thing, metrics: { on } } } };
  const state = stateOf(following, [{ table: 'thing', device, reading: {} }]);
  const samples = () =>
    /^infra_monitor_probe_on\S* \d/m.exec(
      renderExposition(prometheusFamilies([following], agent, state), 'prometheus'),
    )?.[0];
  expect(samples()).toBe('infra_monitor_probe_on{device="thing_1"} 0');
  state.broker.connected = true;
  expect(samples()).toBe('infra_monitor_probe_on{device="thing_1"} 1');
  state.broker.url = '';
  expect(samples()).toBeUndefined();
});

test('a failing collector has no values', () => {
  const state = whole();
  state.record(collector, { ok: false, error: 'broken', at: since, seconds: 2 });
  expect(seen(state)).not.toMatch(/probe_level/);
  expect(seen(state)).toContain('infra_monitor_scrape_collector_success{collector="probe"} 0\n');
  expect(seen(state)).toContain('infra_monitor_scrape_collector_duration_seconds{collector="probe"} 2\n');
});

const catalogue: readonly CollectorMetadata[] = allCollectors;
const series = catalogue.flatMap((declaration) =>
  Object.entries(declaration.tables).flatMap(([of, { metrics }]) =>
    Object.entries(metrics).map(([key, metric]) => ({
      name: prometheusSampleName(prometheusDescriptorOfMetric(declaration, of, key, metric)),
      of,
      key,
      metric,
    })),
  ),
);

describe('names of the whole catalogue', () => {
  test('are valid and unique', () => {
    const names = series.map(({ name }) => name);
    for (const name of names) expect(name).toMatch(/^infra_monitor(_[a-z0-9]+)+$/);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test('no text metric has a label that its series already has', () => {
    for (const { of, key, metric } of series) if (metric.kind === 'text') expect(['device', of]).not.toContain(key);
  });

  test('names that claim to be node_exporter’s exist there', () => {
    const theirs = series.flatMap(({ name, metric }) =>
      (metric as { nodeExporter?: string }).nodeExporter === undefined ? [] : [name.replace('infra_monitor', 'node')],
    );
    expect(theirs).toMatchInlineSnapshot(`
      [
        "node_load1",
        "node_load5",
        "node_load15",
        "node_boot_time_seconds",
        "node_filesystem_avail_bytes",
        "node_filesystem_size_bytes",
        "node_filesystem_readonly",
        "node_network_receive_bytes_total",
        "node_network_transmit_bytes_total",
        "node_network_receive_errs_total",
        "node_network_transmit_errs_total",
        "node_network_receive_drop_total",
        "node_network_transmit_drop_total",
        "node_hwmon_temp_celsius",
        "node_hwmon_fan_rpm",
      ]
    `);
  });
});

test('in German, what is wrong has a German subject and text, and all else is as in English', () => {
  const linesIn = (language: typeof english) =>
    renderExposition(prometheusFamilies([collector], agent, whole(), language), 'prometheus').split('\n');
  const inGerman = linesIn(germanNamesAndPageTexts);
  const differing = linesIn(english).flatMap((line, index) => (line === inGerman[index] ? [] : inGerman[index]));
  expect(differing).toEqual([
    'infra_monitor_problem{id="broker",cause="broker mqtt://127.0.0.1:1883",place="broker",subject="Broker mqtt://127.0.0.1:1883",severity="outage",text="keine Verbindung",certain="true",explained_by=""} 1',
  ]);
});
