import { slug } from '../../model/naming.ts';
import { isFaultSeverity, type Severity, severities } from '../../model/problem.ts';
import type { DeviceView, PageSection } from './device-view.ts';
import { type Html, html } from './html.ts';
import type { PageTexts } from './texts.ts';

/** A place on the page. */
interface IndexEntry {
  anchor: string;
  title: string;
  /** Severities of what is wrong there. */
  faults: Severity[];
}

/** Id of the HTML element around the agents of a site. */
export const siteHeadingId = (site: string): string => `site/${slug(site)}`;

const faultsOfDevice = ({ problems, parts }: DeviceView): Severity[] => [
  ...problems.map(({ severity }) => severity),
  ...parts.flatMap(faultsOfDevice),
];

const faultsOfSection = ({ problems, devices }: PageSection): Severity[] =>
  [...problems.map(({ severity }) => severity), ...devices.flatMap(faultsOfDevice)].filter(isFaultSeverity);

/** An entry for each section, and one for all other agents of a site. */
function indexEntries(sections: readonly PageSection[]): IndexEntry[] {
  const entries = new Map<string, IndexEntry>();
  for (const section of sections) {
    const { id, title, site } = section;
    const anchor = site === undefined ? `${id}/` : siteHeadingId(site);
    const entry = entries.get(anchor) ?? { anchor, title: site ?? title, faults: [] };
    entry.faults.push(...faultsOfSection(section));
    entries.set(anchor, entry);
  }
  return [...entries.values()];
}

function renderEntry({ anchor, title, faults }: IndexEntry, texts: PageTexts) {
  const worst = severities.find((severity) => faults.includes(severity));
  const count =
    worst === undefined ? '' : html` <b>${faults.length}<span class="aside"> ${texts.wrong(faults.length)}</span></b>`;
  return html`<li><a href="#${anchor}"${worst === undefined ? '' : html` class="${worst}"`}>${title}${count}</a></li>`;
}

/** Links to all sections, each with how much is wrong there. */
export const renderSectionIndex = (sections: readonly PageSection[], texts: PageTexts): Html =>
  html`<nav id="index" aria-label="${texts.sections}"><ul>${indexEntries(sections).map((entry) => renderEntry(entry, texts))}</ul></nav>`;
