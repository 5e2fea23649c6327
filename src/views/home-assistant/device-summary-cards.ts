import { type DashboardCard, devicePagePath, stateCondition, subtitleCard, tileCardVariants } from './cards.ts';
import type { LabDevice, LabEntity } from './lab-device.ts';
import { isProblemListEntity, problemEntitiesOfDevice } from './problem-cards.ts';

/** The metrics that say most of a device, by its table. */
const summaryMetrics: Record<string, readonly string[]> = {
  host: ['cpu_used', 'memory_used', 'cpu_temperature'],
  drive: ['temperature', 'percentage_used', 'available_spare', 'written_per_day'],
  router: ['receive_rate', 'send_rate', 'latency', 'clients'],
  instance: ['state', 'unavailable_entities', 'repairs', 'started'],
  site: ['worst_problem', 'agents_lost'],
};

/** Metrics of summaries, as `table-metric`. */
export const summaryMetricKeys: readonly string[] = Object.entries(summaryMetrics).flatMap(([table, metrics]) =>
  metrics.map((metric) => `${table}-${metric}`),
);

/** Tiles of a device whose table has no list of metrics. */
const maxOtherTiles = 4;

/** Entities that have a place on the dashboard: the list of what is wrong has a card of its own. */
export const isShownOnDashboard = (entity: LabEntity): boolean =>
  entity.enabled &&
  !entity.diagnostic &&
  entity.platform !== 'button' &&
  entity.platform !== 'event' &&
  !isProblemListEntity(entity);

export const shownEntitiesOfDeviceItself = ({ entities }: LabDevice): LabEntity[] =>
  entities.filter((entity) => isShownOnDashboard(entity) && entity.part === undefined);

const isFlag = ({ deviceClass }: LabEntity) => deviceClass === 'problem' || deviceClass === 'connectivity';

const entityOfMetric = (device: LabDevice, table: string, metric: string) =>
  shownEntitiesOfDeviceItself(device).find((entity) => entity.table === table && entity.metric === metric);

/** Names of the share of a file system that is used, in whatever language its agent speaks. */
const fileSystemName = /^(?:File system|Dateisystem) (.+) (?:used|Belegung)$/;

/** The file systems of a machine by their paths, each as the share that is used. */
const fileSystemCards = ({ entities }: LabDevice) =>
  entities
    .filter((entity) => isShownOnDashboard(entity) && entity.table === 'filesystem' && entity.metric === 'used')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entity) => tileCardVariants(entity, { title: entity.name.replace(fileSystemName, '$1') }));

function summaryEntities(device: LabDevice): LabEntity[] {
  const own = shownEntitiesOfDeviceItself(device);
  const table = own.find((entity) => entity.table in summaryMetrics)?.table;
  if (table === undefined) return own.filter((entity) => !isFlag(entity)).slice(0, maxOtherTiles);
  return (summaryMetrics[table] ?? []).flatMap((metric) => entityOfMetric(device, table, metric) ?? []);
}

/** Whether a device is only tested for reachability: all that there is to say fits in a tile. */
export const isProbeTargetDevice = ({ entities }: LabDevice): boolean =>
  entities.some(({ table }) => table === 'target');

/** The latency of a target, or that it is not reachable. */
function targetCards(device: LabDevice): DashboardCard[] {
  const reachable = entityOfMetric(device, 'target', 'reachable');
  const latency = entityOfMetric(device, 'target', 'latency');
  const title = device.name;
  if (reachable === undefined) return latency === undefined ? [] : tileCardVariants(latency, { title });
  const page = { tap_action: { action: 'navigate', navigation_path: devicePagePath(device) } };
  return [
    ...(latency === undefined
      ? tileCardVariants(reachable, { title, visibility: [stateCondition(reachable, 'on')] })
      : tileCardVariants(latency, { title, visibility: [stateCondition(reachable, 'on')] })),
    ...tileCardVariants(reachable, {
      title,
      visibility: [stateCondition(reachable, ['off', 'unavailable', 'unknown'])],
      color: 'red',
    }),
  ].map((card) => ({ ...card, ...page }));
}

/** What matters of a device, below its name and what is wrong with it. */
export function deviceSummaryCards(device: LabDevice): DashboardCard[] {
  if (isProbeTargetDevice(device)) return targetCards(device);
  const internet = entityOfMetric(device, 'router', 'wan');
  return [
    subtitleCard(device.name, {
      icon: device.icon,
      page: devicePagePath(device),
      problems: problemEntitiesOfDevice(device).filter(
        ({ entity }) => entity.part === undefined && entity !== internet,
      ),
      states: internet === undefined ? [] : [internet],
    }),
    ...summaryEntities(device).flatMap((entity) => tileCardVariants(entity)),
    ...fileSystemCards(device),
  ];
}
