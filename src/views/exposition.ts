import { type Series, sampleName } from './series.ts';

export type Labels = Record<string, string>;

/** All series of one name. */
export interface Family extends Omit<Series, 'factor'> {
  help: string;
  samples: { labels: Labels; value: number }[];
}

/** Prometheus's text format, and the standard that came of it. */
export type Format = 'prometheus' | 'openmetrics';

export const contentTypes: Record<Format, string> = {
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

const escaped = (text: string) => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const label = ([name, value]: [string, string]) => `${name}="${escaped(value).replaceAll('"', '\\"')}"`;
const braced = (labels: Labels) => (Object.keys(labels).length === 0 ? '' : `{${Object.entries(labels).map(label).join(',')}}`);

function lines(family: Family, format: Format): string[] {
  const { type, unit, help, samples } = family;
  const sample = sampleName(family);
  const [name, named] = format === 'openmetrics' ? [family.name, type] : [sample, type === 'counter' ? type : 'gauge'];
  return [
    `# HELP ${name} ${escaped(help)}`,
    `# TYPE ${name} ${named}`,
    ...(format === 'openmetrics' && unit !== undefined ? [`# UNIT ${name} ${unit}`] : []),
    ...samples.map(({ labels, value }) => `${sample}${braced(labels)} ${value}`),
  ];
}

export const exposition = (families: readonly Family[], format: Format): string =>
  `${[...families.flatMap((family) => lines(family, format)), ...(format === 'openmetrics' ? ['# EOF'] : [])].join('\n')}\n`;
