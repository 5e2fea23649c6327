import type { LabDevice, LabEntity } from './lab.ts';
import type { YamlMap } from './yaml.ts';

/** One of Home Assistant's own cards. */
export type Card = YamlMap;

export interface Section extends YamlMap {
  type: 'grid';
  cards: readonly Card[];
}

/** A section, unless there is nothing in it but its headings. */
export const section = (cards: readonly Card[]): Section[] => (cards.some(({ type }) => type !== 'heading') ? [{ type: 'grid', cards }] : []);

export const heading = (title: string, icon?: string): Card => ({ type: 'heading', heading: title, heading_style: 'title', icon });

/** A flag, and the state that says that something is wrong. */
export interface Flag {
  entity: LabEntity;
  bad: 'on' | 'off';
}

const badge = ({ entity: { id, name }, bad }: Flag) => ({
  type: 'entity',
  entity: id,
  name,
  color: 'red',
  show_icon: true,
  // A problem is told by its name; “Agent connected”, of one that is not, would mislead.
  state_content: bad === 'on' ? 'name' : 'state',
  visibility: [{ condition: 'state', entity: id, state: bad }],
});

/** A device's or part's name above its cards; `page` is where a tap leads, `flags` are shown while they are in their bad state. */
export const subtitle = (title: string, { icon, page, flags = [] }: { icon?: string; page?: string; flags?: readonly Flag[] } = {}): Card => ({
  type: 'heading',
  heading: title,
  heading_style: 'subtitle',
  icon,
  tap_action: page === undefined ? undefined : { action: 'navigate', navigation_path: page },
  badges: flags.length === 0 ? undefined : flags.map(badge),
});

/** Half a section wide. */
export const tile = ({ id, name }: LabEntity, shown = name): Card => ({ type: 'tile', entity: id, name: shown, grid_options: { columns: 6 } });

export const list = (entities: readonly LabEntity[]): Card[] =>
  entities.length === 0 ? [] : [{ type: 'entities', entities: entities.map(({ id, name }) => ({ entity: id, name })), grid_options: { columns: 'full' } }];

/** The last day of what has one unit. */
export const graph = (entities: readonly LabEntity[], named: (entity: LabEntity) => string = ({ name }) => name): Card[] =>
  entities.length === 0
    ? []
    : [{ type: 'history-graph', hours_to_show: 24, entities: entities.map((entity) => ({ entity: entity.id, name: named(entity) })), grid_options: { columns: 'full' } }];

/** Where a device's own page is, below the dashboard. */
export const pagePath = ({ id }: LabDevice) => id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
