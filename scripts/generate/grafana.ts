import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { AnyMetricDeclaration } from '../../src/model/metric.ts';
import { severities, severityNames } from '../../src/model/problem.ts';
import type { AnyTableDeclaration } from '../../src/model/table.ts';
import {
  prometheusDescriptorOfMetric,
  prometheusMetricPrefix,
  prometheusSampleName,
} from '../../src/views/prometheus-descriptor.ts';

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
const instanceSelector = 'instance=~"$instance"';
const refIds = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

const targets = (queries: readonly { expr: string; legend: string }[]): Target[] =>
  queries.map(({ expr, legend }, index) => ({ expr, legendFormat: legend, refId: refIds[index] ?? `A${index}` }));

const panel = (
  type: string,
  title: string,
  queries: readonly { expr: string; legend: string }[],
  defaults: object = {},
): Panel => ({
  title,
  type,
  datasource,
  targets: targets(queries),
  fieldConfig: { defaults, overrides: [] },
});

/** Metrics that are enabled by default. */
const enabledMetrics = (metrics: Record<string, AnyMetricDeclaration>) =>
  Object.entries(metrics).filter(([, { enabled }]) => enabled !== false);

/** A graph of one metric: of its rate if it counts bytes, else of its values. */
function graph(
  declaration: CollectorMetadata,
  table: string,
  key: string,
  metric: AnyMetricDeclaration,
  legend: string,
): Panel {
  const series = prometheusDescriptorOfMetric(declaration, table, key, metric);
  const isByteCounter = series.type === 'counter' && series.unit === 'bytes';
  const selector = `${prometheusSampleName(series)}{${instanceSelector}}`;
  const unit = isByteCounter ? 'Bps' : units[series.unit ?? ''];
  return panel(
    'timeseries',
    `${table}: ${metric.name}`,
    [{ expr: isByteCounter ? `rate(${selector}[$__rate_interval])` : selector, legend }],
    {
      ...(unit === undefined ? {} : { unit }),
      min: unit === 'percentunit' ? 0 : undefined,
    },
  );
}

const yesOrNo = { mappings: [{ type: 'value', options: { 0: { text: 'no' }, 1: { text: 'yes' } } }] };

function panelsOf(declaration: CollectorMetadata, table: string, { kind, metrics }: AnyTableDeclaration): Panel[] {
  const legend = `{{instance}} {{device}}${kind === 'part' ? ` {{${table}}}` : ''}`;
  const numbers = enabledMetrics(metrics).filter(([, { kind }]) => kind === 'gauge' || kind === 'counter');
  const booleans = enabledMetrics(metrics).filter(([, { kind }]) => kind === 'boolean');
  const queries = booleans.map(([key, metric]) => ({
    expr: `${prometheusSampleName(prometheusDescriptorOfMetric(declaration, table, key, metric))}{${instanceSelector}}`,
    legend: `${legend}: ${metric.name}`,
  }));
  return [
    ...numbers.map(([key, metric]) => graph(declaration, table, key, metric, legend)),
    ...(queries.length === 0 ? [] : [panel('state-timeline', `${table}: yes or no`, queries, yesOrNo)]),
  ];
}

/** What is wrong, the worst first, without what another problem explains. */
const problemQueries = severities.map((severity) => ({
  expr: `${prometheusMetricPrefix}_problem{${instanceSelector},explained_by="",severity="${severity}"}`,
  legend: `{{instance}} {{subject}}: {{text}} (${severityNames[severity]})`,
}));

/** The first row: agents and problems. */
const overviewPanels = (): Panel[] => [
  panel('stat', 'Agents', [
    { expr: `count(${prometheusMetricPrefix}_build_info{${instanceSelector}}) or vector(0)`, legend: 'agents' },
  ]),
  panel('stat', 'Agents without a broker', [
    {
      expr: `count(${prometheusMetricPrefix}_mqtt_connected{${instanceSelector}} == 0) or vector(0)`,
      legend: 'agents',
    },
  ]),
  panel('stat', 'Failing collectors', [
    {
      expr: `count(${prometheusMetricPrefix}_scrape_collector_success{${instanceSelector}} == 0) or vector(0)`,
      legend: 'collectors',
    },
  ]),
  panel('state-timeline', 'Problems', problemQueries, {
    mappings: [{ type: 'value', options: { 1: { text: 'wrong', color: 'red' } } }],
  }),
  panel(
    'state-timeline',
    'Unavailable',
    [
      {
        expr: `${prometheusMetricPrefix}_available{${instanceSelector}} == 0`,
        legend: '{{instance}} {{device}} {{part}}',
      },
    ],
    yesOrNo,
  ),
  panel(
    'timeseries',
    'Duration of readings',
    [
      {
        expr: `${prometheusMetricPrefix}_scrape_collector_duration_seconds{${instanceSelector}}`,
        legend: '{{instance}} {{collector}}',
      },
    ],
    {
      unit: 's',
    },
  ),
];

/** Size of a panel in cells of Grafana's grid, which is 24 wide. */
const width = 8;
const height = 7;

/** Places panels in rows of three, each group below its title. */
function placePanels(groups: readonly { title: string; panels: Panel[] }[]): Panel[] {
  let y = 0;
  return groups
    .flatMap(({ title, panels }) => {
      const top = y;
      y += 1 + Math.ceil(panels.length / 3) * height;
      return [
        { title, type: 'row', collapsed: false, panels: [], gridPos: { x: 0, y: top, w: 24, h: 1 } },
        ...panels.map((panel, index) => ({
          ...panel,
          gridPos: { x: (index % 3) * width, y: top + 1 + Math.floor(index / 3) * height, w: width, h: height },
        })),
      ];
    })
    .map((panel, index) => ({ id: index + 1, ...panel }));
}

/** docs/grafana/infra-monitor.json: a dashboard to import into Grafana. */
export const buildGrafanaDashboard = (catalogue: readonly CollectorMetadata[]) => ({
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
        query: { query: `label_values(${prometheusMetricPrefix}_build_info, instance)`, refId: 'A' },
        refresh: 2,
        multi: true,
        includeAll: true,
        allValue: '.*',
      },
    ],
  },
  panels: placePanels([
    { title: 'Overview', panels: overviewPanels() },
    ...catalogue.map((declaration) => ({
      title: declaration.title,
      panels: Object.entries(declaration.tables).flatMap(([key, table]) => panelsOf(declaration, key, table)),
    })),
  ]),
});
