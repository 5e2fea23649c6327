import { type PrometheusMetricDescriptor, prometheusSampleName } from './prometheus-descriptor.ts';

export type MetricLabels = Record<string, string>;

/** All series of one name. */
export interface MetricFamily extends PrometheusMetricDescriptor {
  help: string;
  samples: { labels: MetricLabels; value: number }[];
}

/** Prometheus's text format, and OpenMetrics, the standard that was made of it. */
export type ExpositionFormat = 'prometheus' | 'openmetrics';

export const expositionContentTypes: Record<ExpositionFormat, string> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const escapeText = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const label = ([name, value]: [string, string]) => `${name}="${escapeText(value).replaceAll('"', '\\"')}"`;
const renderLabels = (labels: MetricLabels) =>
  Object.keys(labels).length === 0 ? '' : `{${Object.entries(labels).map(label).join(',')}}`;

function lines(family: MetricFamily, format: ExpositionFormat): string[] {
  const { type, unit, help, samples } = family;
  const sample = prometheusSampleName(family);
  const [name, typeName] =
    format === 'openmetrics' ? [family.name, type] : [sample, type === 'counter' ? type : 'gauge'];
  return [
    `# HELP ${name} ${escapeText(help)}`,
    `# TYPE ${name} ${typeName}`,
    ...(format === 'openmetrics' && unit !== undefined ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.map(({ labels, value }) => `${sample}${renderLabels(labels)} ${value}`),
  ];
}

export const renderExposition = (families: readonly MetricFamily[], format: ExpositionFormat): string =>
  `${[...families.flatMap((family) => lines(family, format)), ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`;
