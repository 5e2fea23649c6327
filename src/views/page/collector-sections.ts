import { agentDeviceAddress, memoryKey } from '../../model/address.ts';
import type { CollectorMetadata } from '../../model/collector.ts';
import type { StepwiseWork } from '../../model/event-loop-turns.ts';
import { groupBy } from '../../model/group-by.ts';
import type { Problem } from '../../model/problem.ts';
import type { AgentIdentity, AgentState } from '../../model/state.ts';
import { translateCollector } from '../language.ts';
import { statusEndpointPath } from '../status.ts';
import { buildDeviceViews, type DeviceViewContext } from './build-device-views.ts';
import { type DeviceView, isNameOnly, type PageSection } from './device-view.ts';
import { html } from './html.ts';
import { otherAgentSectionId } from './other-agents.ts';
import { viewOfProblem } from './problem-view.ts';
import { renderStorageTable } from './storage-table.ts';
import type { PageTexts } from './texts.ts';

/** Lab-wide collectors first, the others in the catalogue's order. */
const labWideFirst = (catalogue: readonly CollectorMetadata[]) =>
  [...catalogue].sort((a, b) => Number(b.scope === 'lab') - Number(a.scope === 'lab'));

/** Without parts of which there is nothing to show: they are in all values. */
const withoutEmptyParts = (device: DeviceView): DeviceView => ({
  ...device,
  parts: device.parts.filter((part) => !isNameOnly(part)),
});

/** The agent's own device leads others here. */
const withoutLinkToThisPage = (self: AgentIdentity, device: DeviceView): DeviceView =>
  device.id === memoryKey(agentDeviceAddress(self.id)) ? { ...device, href: undefined } : device;

/** The site with links to its agents, which are shown below. */
function withLinkedAgents(self: AgentIdentity, site: DeviceView, texts: PageTexts): DeviceView {
  const links = site.parts.filter(isNameOnly).map(({ id, name }, index) => {
    const agent = id.replace(/^.*\/agent_/, '');
    const anchor = agent === self.id ? 'summary' : `${otherAgentSectionId(agent)}/`;
    return html`${index === 0 ? '' : ', '}<a href="#${anchor}">${name}</a>`;
  });
  return links.length === 0 ? site : { ...site, facts: [...site.facts, { name: texts.agents, value: links }] };
}

/** The agent's own site first. */
const ownSiteFirst = ({ site }: AgentIdentity, sites: readonly DeviceView[]) =>
  [...sites].sort((a, b) => Number(b.name === site) - Number(a.name === site));

const buildSites = (self: AgentIdentity, sites: readonly DeviceView[], texts: PageTexts) =>
  ownSiteFirst(self, sites).map((site) => withoutEmptyParts(withLinkedAgents(self, site, texts)));

/** The section above whose cards the chains from drives to mount points stand: that of pools, or else of drives. */
const sectionOfChains = ({ collectors }: AgentState) => {
  const ids = [...collectors].flatMap(([id, { entries }]) =>
    [...entries.values()].some(({ device }) => device.liesOn !== undefined || device.mounts !== undefined) ? id : [],
  );
  return ids.at(-1);
};

/** A section for each active collector. */
export function* buildCollectorSections(
  self: AgentIdentity,
  catalogue: readonly CollectorMetadata[],
  state: AgentState,
  problems: readonly Problem[],
  moment: Omit<DeviceViewContext, 'agent' | 'problems'>,
): StepwiseWork<PageSection[]> {
  const { language } = moment;
  const byPath = groupBy(problems, ({ path }) => path);
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const idOfChains = sectionOfChains(state);
  const sections: PageSection[] = [];
  for (const declaration of labWideFirst(catalogue)) {
    const { id } = declaration;
    const { title, nothingFound } = translateCollector(language, declaration);
    const collector = state.collectors.get(id);
    if (collector === undefined) continue;
    const devices = yield* buildDeviceViews(declaration, collector, {
      ...moment,
      agent: self,
      problems: { byPath, byId },
    });
    sections.push({
      id,
      title,
      problems: (byPath.get(id) ?? []).map((problem) => viewOfProblem(problem, byId, language)),
      isFailing: collector.error !== undefined,
      lastRead: collector.lastSuccess,
      allValuesPath: statusEndpointPath(declaration).slice(1),
      nothingFound,
      overview: id === idOfChains ? renderStorageTable(self, state, problems, language) : undefined,
      devices:
        declaration.scope === 'lab'
          ? buildSites(self, devices, language.page)
          : devices.map((device) => withoutEmptyParts(withoutLinkToThisPage(self, device))),
    });
  }
  return sections;
}
