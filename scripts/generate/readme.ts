import type { CollectorMetadata } from '../../src/model/collector.ts';

const begin = '<!-- generated from the collectors -->\n';
const end = '<!-- end of what is generated -->\n';

/** README.md with the table of what the collectors read. Throws if the place for it is missing. */
export function renderReadme(readme: string, catalogue: readonly CollectorMetadata[]): string {
  const from = readme.indexOf(begin);
  const to = readme.indexOf(end);
  if (from === -1 || to < from) throw new Error(`README.md lacks the line ${begin.trim()} or ${end.trim()}`);
  const rows = catalogue.flatMap(({ summary }) =>
    summary === undefined
      ? []
      : [`| **[${summary.subject}](docs/${summary.page})** | ${summary.always ?? ''} | ${summary.withSetting} |\n`],
  );
  const table = ['| | always | with a setting |\n', '| --- | --- | --- |\n', ...rows];
  return readme.slice(0, from + begin.length) + table.join('').replaceAll('|  |', '| |') + readme.slice(to);
}
