import { type DashboardCard, type DashboardSection, headingCard, type ProblemEntity } from './cards.ts';
import type { LabDevice, LabEntity } from './lab-devices.ts';
import type { YamlMap } from './yaml.ts';

const isProblemEntity = ({ deviceClass }: LabEntity) => deviceClass === 'problem';

/** A part without a connection, a socket without a cable, is nothing wrong. */
const isConnectivityEntity = ({ deviceClass, part }: LabEntity) => deviceClass === 'connectivity' && part === undefined;

/** The flags that say that something is wrong: problems that are on, connections that are off. */
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

/** Lists what is in its bad state, each under its device's name. */
function filterCard(
  devices: readonly LabDevice[],
  problemsOf: (device: LabDevice) => readonly ProblemEntity[],
): DashboardCard {
  const watched = devices.flatMap((device) =>
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
    entities: watched,
    card: { type: 'entities' },
    grid_options: { columns: 'full' },
  };
}

const countInState = (flags: readonly ProblemEntity[], state: string) =>
  `${JSON.stringify(flags.map(({ entity }) => entity.id))} | select('is_state', '${state}') | list | count`;

/** What a filter that shows nothing leaves unsaid. */
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

/** What is wrong, and what could be updated. */
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
