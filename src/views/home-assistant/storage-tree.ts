import { groupBy } from '../../model/group-by.ts';
import { type DashboardSection, fullWidthGridSections, headingCard } from './cards.ts';
import type { LabDevice } from './lab-device.ts';
import { plainTextMacro } from './problem-list-template.ts';
import type { DashboardTexts } from './texts.ts';

const ofTable = ({ entities }: LabDevice, table: string) =>
  entities.filter((entity) => entity.enabled && entity.table === table);

/** Entity ids by the metrics of one table or part. */
const idsByMetric = (entities: readonly { metric: string; id: string }[]) =>
  Object.fromEntries(entities.map(({ metric, id }) => [metric, id]));

/** A device with the ids of its own entities and of those of its members, for the template. */
const poolOf = (device: LabDevice) => ({
  name: device.name,
  ids: idsByMetric(ofTable(device, 'pool')),
  members: [...groupBy(ofTable(device, 'member'), ({ part }) => part ?? '').values()].map(idsByMetric),
});

/** The expression of a role that people read: Home Assistant has it as a key. */
function roleExpression(below: readonly LabDevice[]): string {
  const words =
    below.flatMap(({ entities }) => entities).find(({ table, metric }) => table === 'member' && metric === 'role')
      ?.stateWords ?? {};
  const role = 'states(member.role)';
  return Object.keys(words).length === 0 ? role : `${JSON.stringify(words)}.get(${role}, ${role})`;
}

const template = (pools: readonly object[], drives: readonly object[], role: string, texts: DashboardTexts) => `\
${plainTextMacro}
{%- for pool in ${JSON.stringify(pools)} %}
- <ha-icon icon="mdi:database"></ha-icon> **{{ plain(pool.name) }}**
{%- if has_value(pool.ids.redundancy) %}, ${texts.drivesMayFail('states(pool.ids.redundancy)')}{% endif %}
{%- for member in pool.members if has_value(member.drive) %}
    - <ha-icon icon="mdi:harddisk"></ha-icon> {{ plain(states(member.drive)) }}: {{ plain(${role}) }}
{%- endfor %}
{%- if has_value(pool.ids.mounts) %}
    - <ha-icon icon="mdi:folder-outline"></ha-icon> {{ plain(states(pool.ids.mounts)) }}
{%- endif %}
{%- endfor %}
{%- for drive in ${JSON.stringify(drives)} if has_value(drive.id) %}
- <ha-icon icon="mdi:harddisk"></ha-icon> **{{ plain(drive.name) }}**: {{ plain(states(drive.id)) }}
{%- endfor %}`;

/** What is built of a machine's drives and what hangs on each, from pools over drives to mount points; nothing without
 * either. */
export function storageTreeSections(below: readonly LabDevice[], texts: DashboardTexts): DashboardSection[] {
  const pools = below.filter((device) => ofTable(device, 'pool').length > 0).map(poolOf);
  const drives = below.flatMap((device) =>
    ofTable(device, 'drive')
      .filter(({ metric }) => metric === 'dependents')
      .map(({ id }) => ({ name: device.name, id })),
  );
  if (pools.length === 0 && drives.length === 0) return [];
  return fullWidthGridSections([
    headingCard(texts.storage, 'mdi:file-tree'),
    {
      type: 'markdown',
      content: template(pools, drives, roleExpression(below), texts),
      grid_options: { columns: 'full' },
    },
  ]);
}
