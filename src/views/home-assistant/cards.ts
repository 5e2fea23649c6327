import type { LabDevice, LabEntity } from './lab-devices.ts';
import type { YamlMap } from './yaml.ts';

/** One of Home Assistant's own cards. */
export type DashboardCard = YamlMap;

export interface DashboardSection extends YamlMap {
  type: 'grid';
  cards: readonly DashboardCard[];
}

/** A section, unless there is nothing in it but its headings. */
export const gridSections = (cards: readonly DashboardCard[]): DashboardSection[] =>
  cards.some(({ type }) => type !== 'heading') ? [{ type: 'grid', cards }] : [];

export const headingCard = (title: string, icon?: string): DashboardCard => ({
  type: 'heading',
  heading: title,
  heading_style: 'title',
  icon,
});

/** A flag, and the state that says that something is wrong. */
export interface ProblemEntity {
  entity: LabEntity;
  problemState: 'on' | 'off';
}

const problemBadge = ({ entity: { id, name }, problemState }: ProblemEntity) => ({
  type: 'entity',
  entity: id,
  name,
  color: 'red',
  show_icon: true,
  // A problem is told by its name; “Agent connected”, of one that is not, would mislead.
  state_content: problemState === 'on' ? 'name' : 'state',
  visibility: [{ condition: 'state', entity: id, state: problemState }],
});

/** A device's or part's name above its cards; `page` is where a tap leads, `flags` are shown while they are in their bad state. */
export const subtitleCard = (
  title: string,
  { icon, page, problems = [] }: { icon?: string; page?: string; problems?: readonly ProblemEntity[] } = {},
): DashboardCard => ({
  type: 'heading',
  heading: title,
  heading_style: 'subtitle',
  icon,
  tap_action: page === undefined ? undefined : { action: 'navigate', navigation_path: page },
  badges: problems.length === 0 ? undefined : problems.map(problemBadge),
});

/** Half a section wide. */
export const tileCard = ({ id, name }: LabEntity, shown = name): DashboardCard => ({
  type: 'tile',
  entity: id,
  name: shown,
  grid_options: { columns: 6 },
});

export const entitiesCards = (entities: readonly LabEntity[]): DashboardCard[] =>
  entities.length === 0
    ? []
    : [
        {
          type: 'entities',
          entities: entities.map(({ id, name }) => ({ entity: id, name })),
          grid_options: { columns: 'full' },
        },
      ];

/** The last day of what has one unit. */
export const graphCards = (
  entities: readonly LabEntity[],
  named: (entity: LabEntity) => string = ({ name }) => name,
): DashboardCard[] =>
  entities.length === 0
    ? []
    : [
        {
          type: 'history-graph',
          hours_to_show: 24,
          entities: entities.map((entity) => ({ entity: entity.id, name: named(entity) })),
          grid_options: { columns: 'full' },
        },
      ];

/** Where a device's own page is, below the dashboard. */
export const devicePagePath = ({ id }: LabDevice) => id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
