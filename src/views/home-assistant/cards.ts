import type { LabDevice, LabEntity } from './lab-devices.ts';
import type { YamlMap } from './yaml.ts';

/** One of Home Assistant's own cards. */
export type DashboardCard = YamlMap;

export interface DashboardSection extends YamlMap {
  type: 'grid';
  cards: readonly DashboardCard[];
}

/** A section, unless all of its cards are headings. */
export const gridSections = (cards: readonly DashboardCard[]): DashboardSection[] =>
  cards.some(({ type }) => type !== 'heading') ? [{ type: 'grid', cards }] : [];

export const headingCard = (title: string, icon?: string): DashboardCard => ({
  type: 'heading',
  heading: title,
  heading_style: 'title',
  icon,
});

/** A binary sensor, and its state that means a problem. */
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
  // The name of a problem says what is wrong; that of a lost connection, “Agent connected”, would mislead.
  state_content: problemState === 'on' ? 'name' : 'state',
  visibility: [{ condition: 'state', entity: id, state: problemState }],
});

/** A device's or part's name above its cards. `page`: path that a tap opens. `problems`: shown as badges while they are in their
 * problem state. */
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

/** A tile that is half a section wide. */
export const tileCard = ({ id, name }: LabEntity, title = name): DashboardCard => ({
  type: 'tile',
  entity: id,
  name: title,
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

/** A graph of the last day, for entities with the same unit. */
export const historyGraphCards = (
  entities: readonly LabEntity[],
  nameOf: (entity: LabEntity) => string = ({ name }) => name,
): DashboardCard[] =>
  entities.length === 0
    ? []
    : [
        {
          type: 'history-graph',
          hours_to_show: 24,
          entities: entities.map((entity) => ({ entity: entity.id, name: nameOf(entity) })),
          grid_options: { columns: 'full' },
        },
      ];

/** Path of a device's own page below the dashboard. */
export const devicePagePath = ({ id }: LabDevice) => id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
