import { problemListCollectorAndTable } from '../problem-list-components.ts';
import {
  type DashboardCard,
  type DashboardSection,
  devicePagePath,
  type EntityWithProblemState,
  headingCard,
  maxSectionColumns,
  stateCondition,
} from './cards.ts';
import type { LabDevice, LabEntity } from './lab-device.ts';
import { problemListTemplate } from './problem-list-template.ts';
import type { DashboardTexts } from './texts.ts';
import type { YamlMap } from './yaml.ts';

const isProblemEntity = ({ deviceClass }: LabEntity) => deviceClass === 'problem';

/** A part may be without a connection on purpose, as a socket without a cable. */
const isConnectivityEntity = ({ deviceClass, part }: LabEntity) => deviceClass === 'connectivity' && part === undefined;

/** Entities that report problems: a problem that is on, a connection that is off. */
export const problemEntitiesOfDevice = ({ entities }: LabDevice): EntityWithProblemState[] =>
  entities.flatMap((entity): EntityWithProblemState[] =>
    !entity.enabled
      ? []
      : isProblemEntity(entity)
        ? [{ entity, problemState: 'on' }]
        : isConnectivityEntity(entity)
          ? [{ entity, problemState: 'off' }]
          : [],
  );

/** Shows what stands for a device while something is wrong with it. While it is unavailable, the list of problems has
 * the reason. */
export function visibleWhileWrong(device: LabDevice): YamlMap[] {
  const conditions = problemEntitiesOfDevice(device).flatMap(({ entity, problemState }) =>
    entity.part === undefined ? [stateCondition(entity, problemState)] : [],
  );
  return conditions.length === 0 ? [] : [{ condition: 'or', conditions }];
}

/** The entity whose attributes are the list of what is wrong according to the agent of this machine. */
const listEntity = ({ entities }: LabDevice): LabEntity | undefined =>
  entities.find(
    ({ collector, metric }) => collector === problemListCollectorAndTable.collector && metric === 'problem',
  );

/** Whether an entity is one of those that read the list of what is wrong. */
export const isProblemListEntity = ({ collector }: LabEntity): boolean =>
  collector === problemListCollectorAndTable.collector;

/** How each machine is, at a glance: by its list, or that of an older agent by its connection. */
export const machineStatusBadges = (machines: readonly LabDevice[]): DashboardCard[] =>
  machines.flatMap((machine) => {
    const entity = listEntity(machine) ?? machine.entities.find(({ metric }) => metric === 'agent_connected');
    return entity === undefined
      ? []
      : {
          type: 'entity',
          entity: entity.id,
          name: machine.name,
          icon: machine.icon,
          show_name: true,
          color: entity.deviceClass === 'problem' ? 'red' : 'green',
          tap_action: { action: 'navigate', navigation_path: devicePagePath(machine) },
        };
  });

/** What is wrong, in the words of the agents. */
function problemListCard(
  devices: readonly LabDevice[],
  machines: readonly LabDevice[],
  texts: DashboardTexts,
): DashboardCard {
  const lists = devices.flatMap((device) => listEntity(device) ?? []);
  const labLists = devices.filter((device) => !machines.includes(device)).flatMap((device) => listEntity(device) ?? []);
  const tooOld = machines.filter((device) => listEntity(device) === undefined).map(({ name }) => name);
  const ids = (entities: readonly LabEntity[]) => entities.map(({ id }) => id);
  return {
    type: 'markdown',
    content: problemListTemplate(ids(lists), ids(labLists), tooOld, texts),
    grid_options: { columns: 'full' },
  };
}

/** What is wrong according to the agent of a machine; nothing if it is too old to say. */
export const machineProblemListCard = (device: LabDevice, texts: DashboardTexts): DashboardCard[] =>
  listEntity(device) === undefined ? [] : [problemListCard([device], [device], texts)];

const updateEntities = ({ entities }: LabDevice) =>
  entities.filter(({ platform, enabled }) => platform === 'update' && enabled);

/** The updates that are available, with their device's name. */
const updateCards = (devices: readonly LabDevice[]): DashboardCard[] =>
  devices.flatMap((device) =>
    updateEntities(device).map((entity) => ({
      type: 'tile',
      entity: entity.id,
      name: `${device.name}: ${entity.name}`,
      visibility: [stateCondition(entity, 'on')],
      grid_options: { columns: 12 },
    })),
  );

/** The lab's problems and available updates. `machines`: the devices that have an agent. */
export const problemsAndUpdatesSection = (
  devices: readonly LabDevice[],
  machines: readonly LabDevice[],
  texts: DashboardTexts,
): DashboardSection => ({
  type: 'grid',
  column_span: maxSectionColumns,
  cards: [
    headingCard(texts.whatIsWrong, 'mdi:alert-circle-outline'),
    problemListCard(devices, machines, texts),
    ...updateCards(devices),
  ],
});
