import type { Declaration } from '../model/collector.ts';
import type { AnyMetric } from '../model/metric.ts';
import { prefix, sampleName, seriesOf } from './series.ts';

interface Target {
  expr: string;
  legendFormat: string;
  refId: string;
}

interface Panel {
  title: string;
  type: string;
  targets?: Target[];
  [option: string]: unknown;
}

/** Grafana's units of our base units (grafana-data, valueFormats/categories.ts). */
const units: Record<string, string> = {
  ratio: 'percentunit',
  bytes: 'bytes',
  bytes_per_second: 'Bps',
  celsius: 'celsius',
  kelvin: 'kelvin',
  seconds: 's',
  hertz: 'hertz',
  decibels: 'dB',
  dbm: 'dBm',
  rpm: 'rotrpm',
};

const datasource = { type: 'prometheus', uid: '$datasource' };
const chosen = 'instance=~"$instance"';
const refIds = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const targets = (queries: readonly { expr: string; legend: string }[]): Target[] =>
  queries.map(({ expr, legend }, index) => ({ expr, legendFormat: legend, refId: refIds[index] ?? `A${index}` }));

const panel = (type: string, title: string, queries: readonly { expr: string; legend: string }[], defaults: object = {}): Panel => ({
  title,
  type,
  datasource,
  targets: targets(queries),
  fieldConfig: { defaults, overrides: [] },
});

/** Those that a user sees without asking for more. */
const shown = (metrics: Record<string, AnyMetric>) => Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);

/** Bytes that were counted are drawn as their flow, any other count as it stands. */
function graph(declaration: Declaration, of: string, key: string, metric: AnyMetric, legend: string): Panel {
  const series = seriesOf(declaration, of, key, metric);
  const flows = series.type === 'counter' && series.unit === 'bytes';
  const plain = `${sampleName(series)}{${chosen}}`;
  const unit = flows ? 'Bps' : units[series.unit ?? ''];
  return panel('timeseries', `${of}: ${metric.name}`, [{ expr: flows ? `rate(${plain}[$__rate_interval])` : plain, legend }], {
    ...(unit === undefined ? {} : { unit }),
    min: unit === 'percentunit' ? 0 : undefined,
  });
}

const onOrOff = { mappings: [{ type: 'value', options: { 0: { text: 'no' }, 1: { text: 'yes' } } }] };

function panelsOf(declaration: Declaration, of: string, metrics: Record<string, AnyMetric>): Panel[] {
  const legend = `{{instance}} {{device}}${of === Object.keys(declaration.metrics)[0] ? '' : ` {{${of}}}`}`;
  const numbers = shown(metrics).filter(([, { kind }]) => kind === 'gauge' || kind === 'counter');
  const flags = shown(metrics).filter(([, { kind }]) => kind === 'flag');
  const queries = flags.map(([key, metric]) => ({ expr: `${sampleName(seriesOf(declaration, of, key, metric))}{${chosen}}`, legend: `${legend}: ${metric.name}` }));
  return [
    ...numbers.map(([key, metric]) => graph(declaration, of, key, metric, legend)),
    ...(queries.length === 0 ? [] : [panel('state-timeline', `${of}: on or off`, queries, onOrOff)]),
  ];
}

/** What a person should see first: what is wrong. */
function overview(catalogue: readonly Declaration[]): Panel[] {
  const problems = catalogue.flatMap((declaration) =>
    Object.entries(declaration.metrics).flatMap(([of, metrics]) =>
      Object.entries(metrics).flatMap(([key, metric]) => (metric.kind === 'flag' && metric.deviceClass === 'problem' ? [seriesOf(declaration, of, key, metric).name] : [])),
    ),
  );
  return [
    panel('stat', 'Agents', [{ expr: `count(${prefix}_build_info{${chosen}}) or vector(0)`, legend: 'agents' }]),
    panel('stat', 'Not connected to their broker', [{ expr: `count(${prefix}_mqtt_connected{${chosen}} == 0) or vector(0)`, legend: 'agents' }]),
    panel('stat', 'Collectors that fail', [{ expr: `count(${prefix}_scrape_collector_success{${chosen}} == 0) or vector(0)`, legend: 'collectors' }]),
    panel('state-timeline', 'Problems', [{ expr: `{__name__=~"${problems.join('|')}",${chosen}} == 1`, legend: '{{instance}} {{device}}: {{__name__}}' }], onOrOff),
    panel('state-timeline', 'Not available', [{ expr: `${prefix}_available{${chosen}} == 0`, legend: '{{instance}} {{device}} {{part}}' }], onOrOff),
    panel('timeseries', 'How long readings take', [{ expr: `${prefix}_scrape_collector_duration_seconds{${chosen}}`, legend: '{{instance}} {{collector}}' }], { unit: 's' }),
  ];
}

const width = 8;
const height = 7;

/** Three panels beside each other, each group below its heading. */
function placed(groups: readonly { title: string; panels: Panel[] }[]): Panel[] {
  let y = 0;
  return groups
    .flatMap(({ title, panels }) => {
      const top = y;
      y += 1 + Math.ceil(panels.length / 3) * height;
      return [
        { title, type: 'row', collapsed: false, panels: [], gridPos: { x: 0, y: top, w: 24, h: 1 } },
        ...panels.map((one, index) => ({ ...one, gridPos: { x: (index % 3) * width, y: top + 1 + Math.floor(index / 3) * height, w: width, h: height } })),
      ];
    })
    .map((one, index) => ({ id: index + 1, ...one }));
}

/** docs/grafana/infra-monitor.json: a dashboard to import. */
export const dashboard = (catalogue: readonly Declaration[]) => ({
  title: 'Home Lab Infra Monitor',
  uid: 'infra-monitor',
  tags: ['home-lab'],
  schemaVersion: 39,
  timezone: 'browser',
  refresh: '1m',
  time: { from: 'now-24h', to: 'now' },
  templating: {
    list: [
      { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' },
      {
        name: 'instance',
        label: 'Agent',
        type: 'query',
        datasource,
        query: { query: `label_values(${prefix}_build_info, instance)`, refId: 'A' },
        refresh: 2,
        multi: true,
        includeAll: true,
        allValue: '.*',
      },
    ],
  },
  panels: placed([
    { title: 'Overview', panels: overview(catalogue) },
    ...catalogue.map((declaration) => ({
      title: declaration.title,
      panels: Object.entries(declaration.metrics).flatMap(([of, metrics]) => panelsOf(declaration, of, metrics)),
    })),
  ]),
});
