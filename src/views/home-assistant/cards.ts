import { colorLimitsOf } from '../color-limits.ts';
import type { LabDevice, LabEntity } from './lab-device.ts';
import { plainTextMacro } from './problem-list-template.ts';
import type { YamlMap } from './yaml.ts';

/** One of Home Assistant's own cards. */
export type DashboardCard = YamlMap;

export interface DashboardSection extends YamlMap {
  type: 'grid';
  cards: readonly DashboardCard[];
}

/** Columns of sections in a view, on a screen that has room for them. */
export const maxSectionColumns = 4;

/** The title of a group, above the sections of its devices. `page`: path that a tap opens. */
export const headingSection = (title: string, icon?: string, page?: string): DashboardSection => ({
  type: 'grid',
  column_span: maxSectionColumns,
  cards: [
    {
      ...headingCard(title, icon),
      tap_action: page === undefined ? undefined : { action: 'navigate', navigation_path: page },
    },
  ],
});

/** Tiles of a section that is one column wide: two rows. */
const tilesOfColumn = 4;

/** Entities that have tiles among the cards: one may have several, of which one is visible. */
const tileEntities = (cards: readonly DashboardCard[]) =>
  new Set(cards.flatMap(({ type, entity }) => (type === 'tile' ? [entity] : [])));

/** Tiles without anything below their state need half the height, unless a neighbour in their section has something;
 * one without a neighbour has room for a long name. */
function fitRows(cards: readonly DashboardCard[]): readonly DashboardCard[] {
  if (cards.some(({ features }) => features !== undefined)) return cards;
  const columns = tileEntities(cards).size === 1 ? 12 : 6;
  return cards.map((card) => (card.type === 'tile' ? { ...card, grid_options: { columns, rows: 1 } } : card));
}

/** A section as wide as the view, unless all of its cards are headings: its tiles fill its rows, so that no neighbour
 * leaves a hole. */
export const fullWidthGridSections = (cards: readonly DashboardCard[]): DashboardSection[] =>
  cards.some(({ type }) => type !== 'heading')
    ? [{ type: 'grid', column_span: maxSectionColumns, cards: fitRows(cards) }]
    : [];

/** A device as a heading and two rows of tiles, as wide as that takes: sections of one height leave no holes beside
 * each other. */
export function fittedWidthDeviceSections(cards: readonly DashboardCard[]): DashboardSection[] {
  const tiles = tileEntities(cards).size;
  const columns = Math.min(maxSectionColumns, Math.max(1, Math.ceil(tiles / tilesOfColumn)));
  return fullWidthGridSections(cards).map((section) => ({ ...section, column_span: columns }));
}

export const headingCard = (title: string, icon?: string): DashboardCard => ({
  type: 'heading',
  heading: title,
  heading_style: 'title',
  icon,
});

/** A binary sensor, and its state that means a problem. */
export interface EntityWithProblemState {
  entity: LabEntity;
  problemState: 'on' | 'off';
}

const problemBadge = ({ entity: { id, name }, problemState }: EntityWithProblemState) => ({
  type: 'entity',
  entity: id,
  name,
  color: 'red',
  show_icon: true,
  // The name of a problem says what is wrong; that of a lost connection, “Agent connected”, would mislead.
  state_content: problemState === 'on' ? 'name' : 'state',
  visibility: [{ condition: 'state', entity: id, state: problemState }],
});

/** A device's or part's name above its cards. `page`: path that a tap opens. `problems`: shown as badges while they are
 * in their problem state. `states`: shown as badges with their state. */
export const subtitleCard = (
  title: string,
  {
    icon,
    page,
    problems = [],
    states = [],
  }: {
    icon?: string | undefined;
    page?: string | undefined;
    problems?: readonly EntityWithProblemState[];
    states?: readonly LabEntity[];
  } = {},
): DashboardCard => {
  const badges = [
    ...problems.map(problemBadge),
    ...states.map(({ id, name }) => ({
      type: 'entity',
      entity: id,
      name,
      show_icon: true,
      state_content: ['name', 'state'],
    })),
  ];
  return {
    type: 'heading',
    heading: title,
    heading_style: 'subtitle',
    icon,
    tap_action: page === undefined ? undefined : { action: 'navigate', navigation_path: page },
    badges: badges.length === 0 ? undefined : badges,
  };
};

export const stateCondition = ({ id }: LabEntity, state: string | readonly string[]) => ({
  condition: 'state',
  entity: id,
  state,
});

/** A card or section on more conditions, all of which must be met. */
export const withVisibility = <Shown extends YamlMap>(shown: Shown, conditions: readonly YamlMap[]): Shown =>
  conditions.length === 0
    ? shown
    : { ...shown, visibility: [...((shown.visibility ?? []) as readonly YamlMap[]), ...conditions] };

/** Below the limit by less than any value is rounded to: `above` and `below` do not count the limit itself. */
const justBelow = (limit: number) => limit - 1e-6;

/** Colors of a tile, each with the condition that the value must meet: the first without the others where it has no
 * limits. */
function colorVariants(entity: LabEntity): { color: string; visibility?: readonly YamlMap[] }[] {
  const limits = entity.hasNumber ? colorLimitsOf(entity.table, entity.metric) : undefined;
  if (limits === undefined) return [{ color: 'primary' }];
  const { amber, red, isLowBad } = limits;
  const between = (least: number | undefined, most: number | undefined) => ({
    condition: 'numeric_state',
    entity: entity.id,
    above: least === undefined ? undefined : justBelow(least),
    below: most,
  });
  const [good, worrying, bad] =
    isLowBad === true
      ? [between(amber, undefined), between(red, amber), between(undefined, red)]
      : [between(undefined, amber), between(amber, red), between(red, undefined)];
  const unknown = stateCondition(entity, ['unknown', 'unavailable']);
  return [
    { color: 'green', visibility: [{ condition: 'or', conditions: [good, unknown] }] },
    { color: 'amber', visibility: [worrying] },
    { color: 'red', visibility: [bad] },
  ];
}

/** Counts that are 0 on a good day, or always the same, as `table-metric`: their graph would be empty. */
export const metricKeysWithoutGraph: readonly string[] = [
  'site-agents_expected',
  'site-agents_lost',
  'instance-unavailable_entities',
  'instance-repairs',
];

/** What a tile shows below its number: how much of 100 % it is, or its last day. */
function tileFeatureOf({ unit, hasNumber, table, metric }: LabEntity) {
  if (!hasNumber || metricKeysWithoutGraph.includes(`${table}-${metric}`)) return undefined;
  return unit === '%' ? { type: 'bar-gauge', min: 0, max: 100 } : { type: 'trend-graph', hours_to_show: 24 };
}

/** A tile with a state that Home Assistant has no words for, such as `token_refused`: its name says it. */
const wordsVariant = (entity: LabEntity, title: string, [state, word]: [string, string]) => ({
  name: `${title}: ${word}`,
  hide_state: true,
  color: 'primary',
  visibility: [stateCondition(entity, state)],
});

/** What a tile may look like, each with the condition that the value must meet. */
function tileVariants(entity: LabEntity, title: string): YamlMap[] {
  const words = Object.entries(entity.stateWords);
  if (words.length === 0) return colorVariants(entity).map((variant) => ({ name: title, ...variant }));
  return [
    {
      name: title,
      color: 'primary',
      visibility: [{ condition: 'state', entity: entity.id, state_not: words.map(([state]) => state) }],
    },
    ...words.map((stateAndWord) => wordsVariant(entity, title, stateAndWord)),
  ];
}

/** Texts that are sentences or lists, as `table-metric`: in one line they would be cut off. */
export const sentenceMetricKeys: readonly string[] = [
  'site-worst_problem',
  'host-reboot_packages',
  'host-failed_unit_names',
  'drive-problem_reason',
  'drive-hint',
  'drive-dependents',
  'pool-mounts',
  'router-account_problem_hint',
  'instance-hint',
];

const isSentence = ({ table, metric }: LabEntity) => sentenceMetricKeys.includes(`${table}-${metric}`);

/** Sentences as paragraphs, each behind its name; nothing while there is none. */
function paragraphsCard(sentences: readonly { entity: LabEntity; title: string }[]): DashboardCard {
  const paragraphs = sentences.map(({ entity, title }) => {
    const id = JSON.stringify(entity.id);
    return `{% if has_value(${id}) %}**{{ plain(${JSON.stringify(title)}) }}**: {{ plain(states(${id})) }}{% endif %}`;
  });
  const known = sentences.map(({ entity: { id } }) => ({
    condition: 'state',
    entity: id,
    state_not: ['unknown', 'unavailable'],
  }));
  return {
    type: 'markdown',
    content: [plainTextMacro, ...paragraphs].join('\n\n'),
    visibility: [{ condition: 'or', conditions: known }],
    grid_options: { columns: 'full' },
  };
}

/** A tile that is half a narrow section wide, once for each look that it may have; one of them is visible.
 * `visibility`: conditions that must be met besides. `color`: in place of those of the value. A sentence is a paragraph
 * instead, as wide as the section. */
export const tileCardVariants = (
  entity: LabEntity,
  {
    title = entity.name,
    visibility = [],
    color,
  }: { title?: string | undefined; visibility?: readonly YamlMap[]; color?: string } = {},
): DashboardCard[] => {
  if (isSentence(entity)) return [paragraphsCard([{ entity, title }])];
  const variants = color === undefined ? tileVariants(entity, title) : [{ name: title, color }];
  return variants.map(({ visibility: ofVariant = [], ...look }) => {
    const feature = tileFeatureOf(entity);
    const conditions = [...visibility, ...(ofVariant as readonly YamlMap[])];
    return {
      type: 'tile',
      entity: entity.id,
      ...look,
      features: feature === undefined ? undefined : [feature],
      visibility: conditions.length === 0 ? undefined : conditions,
      grid_options: { columns: 6, rows: 2 },
    };
  });
};

const hasStateWords = ({ stateWords }: LabEntity) => Object.keys(stateWords).length > 0;

/** Entities as rows of one card; below it tiles where Home Assistant would show keys in place of words, and
 * paragraphs. */
export function entitiesAndTileCards(entities: readonly LabEntity[]): DashboardCard[] {
  const rows = entities.filter((entity) => !hasStateWords(entity) && !isSentence(entity));
  const tiles = entities.filter(hasStateWords);
  const card = {
    type: 'entities',
    entities: rows.map(({ id, name }) => ({ entity: id, name })),
    grid_options: { columns: 'full' },
  };
  const sentences = entities.filter(isSentence).map((entity) => ({ entity, title: entity.name }));
  return [
    ...(rows.length === 0 ? [] : [card]),
    ...fitRows(tiles.flatMap((entity) => tileCardVariants(entity))),
    ...(sentences.length === 0 ? [] : [paragraphsCard(sentences)]),
  ];
}

/** A graph of the last day, for entities with the same unit; none of what has no number. */
export function historyGraphCards(
  entities: readonly LabEntity[],
  nameOf: (entity: LabEntity) => string = ({ name }) => name,
): DashboardCard[] {
  const drawn = entities.filter(({ hasNumber }) => hasNumber);
  return drawn.length === 0
    ? []
    : [
        {
          type: 'history-graph',
          hours_to_show: 24,
          entities: drawn.map((entity) => ({ entity: entity.id, name: nameOf(entity) })),
          grid_options: { columns: 'full' },
        },
      ];
}

/** Path of a device's own page below the dashboard. */
export const devicePagePath = ({ id }: LabDevice) => id.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
