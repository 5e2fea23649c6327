import { type DashboardCard, type DashboardSection, headingCard, type ProblemEntity } from './cards.ts';
import type { LabDevice, LabEntity } from './lab-devices.ts';
import type { YamlMap } from './yaml.ts';

const isProblemEntity = ({ deviceClass }: LabEntity) => deviceClass === 'problem';

/** A part may be without a connection on purpose, as a socket without a cable. */
const isConnectivityEntity = ({ deviceClass, part }: LabEntity) => deviceClass === 'connectivity' && part === undefined;

/** Entities that report problems: a problem that is on, a connection that is off. */
export const problemEntities = ({ entities }: LabDevice): ProblemEntity[] =>
  entities.flatMap((entity): ProblemEntity[] =>
    !entity.enabled
      ? []
      : isProblemEntity(entity)
        ? [{ entity, problemState: 'on' }]
        : isConnectivityEntity(entity)
          ? [{ entity, problemState: 'off' }]
          : [],
  );

/** Lists the entities that are in their problem state, with their device's name. */
function filterCard(
  devices: readonly LabDevice[],
  problemsOf: (device: LabDevice) => readonly ProblemEntity[],
): DashboardCard {
  const rows = devices.flatMap((device) =>
    problemsOf(device).map(
      ({ entity, problemState }): YamlMap => ({
        entity: entity.id,
        name: `${device.name}: ${entity.name}`,
        conditions: [{ condition: 'state', state: problemState }],
      }),
    ),
  );
  return {
    type: 'entity-filter',
    show_empty: false,
    conditions: [{ condition: 'state', state: 'on' }],
    entities: rows,
    card: { type: 'entities' },
    grid_options: { columns: 'full' },
  };
}

const countInState = (entities: readonly ProblemEntity[], state: string) =>
  `${JSON.stringify(entities.map(({ entity }) => entity.id))} | select('is_state', '${state}') | list | count`;

/** A sentence on how much is wrong: a filter card that lists nothing is hidden. */
function summaryCard(devices: readonly LabDevice[]): DashboardCard {
  const watched = devices.flatMap(problemEntities);
  const content = [
    `{% set wrong = ${(['on', 'off'] as const)
      .map((state) =>
        countInState(
          watched.filter(({ problemState }) => problemState === state),
          state,
        ),
      )
      .join(' + ')} %}`,
    `{% set silent = ${countInState(watched, 'unavailable')} %}`,
    "{{ 'Everything is well.' if wrong == 0 else '**One thing is wrong.**' if wrong == 1 else '**%d things are wrong.**' | format(wrong) }}",
    "{{ '' if silent == 0 else 'Of %d more nothing is known now.' | format(silent) }}",
  ].join('\n');
  return { type: 'markdown', content, grid_options: { columns: 'full' } };
}

const updateEntities = ({ entities }: LabDevice) =>
  entities
    .filter(({ platform, enabled }) => platform === 'update' && enabled)
    .map((entity): ProblemEntity => ({ entity, problemState: 'on' }));

/** The lab's problems and available updates. */
export function problemSection(devices: readonly LabDevice[]): DashboardSection {
  const cards = [
    headingCard('What is wrong', 'mdi:alert-circle-outline'),
    summaryCard(devices),
    filterCard(devices, problemEntities),
  ];
  return {
    type: 'grid',
    cards: devices.some((device) => updateEntities(device).length > 0)
      ? [...cards, filterCard(devices, updateEntities)]
      : cards,
  };
}
