import { type Card, type Flag, heading, type Section } from './cards.ts';
import type { LabDevice, LabEntity } from './lab.ts';
import type { YamlMap } from './yaml.ts';

const isProblem = ({ deviceClass }: LabEntity) => deviceClass === 'problem';

/** A part without a connection, a socket without a cable, is nothing wrong. */
const isConnection = ({ deviceClass, part }: LabEntity) => deviceClass === 'connectivity' && part === undefined;

/** The flags that say that something is wrong: problems that are on, connections that are off. */
export const verdicts = ({ entities }: LabDevice): Flag[] =>
  entities.flatMap((entity): Flag[] => (!entity.enabled ? [] : isProblem(entity) ? [{ entity, bad: 'on' }] : isConnection(entity) ? [{ entity, bad: 'off' }] : []));

/** Lists what is in its bad state, each under its device's name. */
function filtered(devices: readonly LabDevice[], of: (device: LabDevice) => readonly Flag[]): Card {
  const watched = devices.flatMap((device) =>
    of(device).map(({ entity, bad }): YamlMap => ({ entity: entity.id, name: `${device.name}: ${entity.name}`, conditions: [{ condition: 'state', state: bad }] })),
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

const selected = (flags: readonly Flag[], state: string) => `${JSON.stringify(flags.map(({ entity }) => entity.id))} | select('is_state', '${state}') | list | count`;

/** What a filter that shows nothing leaves unsaid. */
function summary(devices: readonly LabDevice[]): Card {
  const watched = devices.flatMap(verdicts);
  const content = [
    `{% set wrong = ${(['on', 'off'] as const)
      .map((state) =>
        selected(
          watched.filter(({ bad }) => bad === state),
          state,
        ),
      )
      .join(' + ')} %}`,
    `{% set silent = ${selected(watched, 'unavailable')} %}`,
    "{{ 'Everything is well.' if wrong == 0 else '**One thing is wrong.**' if wrong == 1 else '**%d things are wrong.**' | format(wrong) }}",
    "{{ '' if silent == 0 else 'Of %d more nothing is known now.' | format(silent) }}",
  ].join('\n');
  return { type: 'markdown', content, grid_options: { columns: 'full' } };
}

const updates = ({ entities }: LabDevice) => entities.filter(({ platform, enabled }) => platform === 'update' && enabled).map((entity): Flag => ({ entity, bad: 'on' }));

/** What is wrong, and what could be updated. */
export function wrong(devices: readonly LabDevice[]): Section {
  const cards = [heading('What is wrong', 'mdi:alert-circle-outline'), summary(devices), filtered(devices, verdicts)];
  return { type: 'grid', cards: devices.some((device) => updates(device).length > 0) ? [...cards, filtered(devices, updates)] : cards };
}
