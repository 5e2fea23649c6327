import type { CollectorMetadata } from '../../model/collector.ts';
import type { AgentState } from '../../model/state.ts';
import { statusEndpointPath } from '../status.ts';
import { buildDeviceViews, type DeviceViewContext } from './build-device-views.ts';
import type { PageSection } from './device-view.ts';
import { viewOfProblem } from './problem-view.ts';

/** Lab-wide collectors first, the others in the catalogue's order. */
const labWideFirst = (catalogue: readonly CollectorMetadata[]) =>
  [...catalogue].sort((a, b) => Number(b.scope === 'lab') - Number(a.scope === 'lab'));

/** A section for each active collector. */
export const buildCollectorSections = (
  catalogue: readonly CollectorMetadata[],
  state: AgentState,
  context: DeviceViewContext,
): PageSection[] =>
  labWideFirst(catalogue).flatMap((declaration) => {
    const { id, title } = declaration;
    const collector = state.collectors.get(id);
    if (collector === undefined) return [];
    return {
      id,
      title,
      problems: context.problems
        .filter(({ path }) => path === id)
        .map((problem) => viewOfProblem(problem, context.problems)),
      isFailing: collector.error !== undefined,
      lastRead: collector.lastSuccess,
      allValuesPath: statusEndpointPath(declaration).slice(1),
      devices: buildDeviceViews(declaration, collector, context),
    };
  });
