import { isFaultSeverity, type Severity, severities } from '../../model/problem.ts';
import { problemListCollectorAndTable } from '../problem-list-components.ts';
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

/** The entity whose attributes are the list of what is wrong according to the agent of this machine. */
const listEntity = ({ entities }: LabDevice): LabEntity | undefined =>
  entities.find(
    ({ collector, metric }) => collector === problemListCollectorAndTable.collector && metric === 'problem',
  );

/** Whether an entity is one of those that read the list of what is wrong. */
export const isOfProblemList = ({ collector }: LabEntity): boolean =>
  collector === problemListCollectorAndTable.collector;

const icons: Record<Severity, string> = {
  data_at_risk: 'mdi:database-alert',
  outage: 'mdi:alert-octagon',
  degraded: 'mdi:alert',
  notice: 'mdi:information-outline',
};

const faults = JSON.stringify(severities.filter(isFaultSeverity));

/** The lists of these entities as Markdown: the worst first, of equal ones the oldest, each cause once, and the agents of which nothing is
 * known. `lists`: ids of the entities. `labLists`: those among them that tell of lost agents themselves. `tooOld`: names of the machines
 * whose agents have no list. Its `plain` writes whatever is no letter or digit as a character reference, which neither Markdown nor HTML
 * takes for markup. */
const problemListTemplate = (lists: readonly string[], labLists: readonly string[], tooOld: readonly string[]) => `\
{%- macro plain(text) %}{% for c in text | string %}{{ c if c.isalnum() else ' ' if c.isspace() else '&#%d;' | format(c | ord) }}{% endfor %}{% endmacro -%}
{%- set ns = namespace(all=[], causes=[], faults=0, rows='', unknown=${JSON.stringify(tooOld)}) -%}
{%- set lab = ${JSON.stringify(labLists)} | select('has_value') | list | count > 0 -%}
{%- for id in ${JSON.stringify(lists)} -%}
{%- if has_value(id) -%}
{%- set ns.all = ns.all + (state_attr(id, 'problems') or []) | rejectattr('explained_by', 'defined') | list -%}
{%- elif not lab -%}
{%- set ns.unknown = ns.unknown + [device_attr(id, 'name_by_user') or device_attr(id, 'name') or id] -%}
{%- endif -%}
{%- endfor -%}
{%- for severity, icon in ${JSON.stringify(icons)}.items() -%}
{%- for p in ns.all | selectattr('severity', 'eq', severity) | sort(attribute='since') if p.cause not in ns.causes -%}
{%- set ns.causes = ns.causes + [p.cause] -%}
{%- set ns.faults = ns.faults + (1 if severity in ${faults} else 0) -%}
{%- set at = as_datetime(p.since, now()) -%}
{%- set ns.rows = ns.rows ~ '- <ha-icon icon="' ~ icon ~ '"></ha-icon> **' ~ plain(p.subject) ~ '**: ' ~ plain(p.text) ~ ('' if p.certain else ' (last known)') ~ (', for ' ~ time_since(at) if at < now() else ', at least since now') ~ ('. ' ~ plain(p.remedy) if p.remedy is defined else '') ~ '\\n' -%}
{%- endfor -%}
{%- endfor -%}
{{ '**%d things are wrong.**' | format(ns.faults) if ns.faults > 1 else '**One thing is wrong.**' if ns.faults == 1 else 'Everything is well.' if ns.unknown == [] else 'Nothing is known to be wrong.' }}
{% if ns.unknown != [] %}
Of {{ plain(ns.unknown | join(', ')) }} it is not known what is wrong: not connected, or too old to say.
{% endif %}
{{ ns.rows }}`;

/** What is wrong, in the words of the agents. */
function problemListCard(devices: readonly LabDevice[], machines: readonly LabDevice[]): DashboardCard {
  const lists = devices.flatMap((device) => listEntity(device) ?? []);
  const labLists = devices.filter((device) => !machines.includes(device)).flatMap((device) => listEntity(device) ?? []);
  const tooOld = machines.filter((device) => listEntity(device) === undefined).map(({ name }) => name);
  const ids = (entities: readonly LabEntity[]) => entities.map(({ id }) => id);
  return {
    type: 'markdown',
    content: problemListTemplate(ids(lists), ids(labLists), tooOld),
    grid_options: { columns: 'full' },
  };
}

/** What is wrong according to the agent of a machine; nothing if it is too old to say. */
export const machineProblemCards = (device: LabDevice): DashboardCard[] =>
  listEntity(device) === undefined ? [] : [problemListCard([device], [device])];

const updateEntities = ({ entities }: LabDevice) =>
  entities.filter(({ platform, enabled }) => platform === 'update' && enabled);

/** Lists the available updates, with their device's name. */
function updatesCard(devices: readonly LabDevice[]): DashboardCard[] {
  const rows = devices.flatMap((device) =>
    updateEntities(device).map(
      ({ id, name }): YamlMap => ({
        entity: id,
        name: `${device.name}: ${name}`,
        conditions: [{ condition: 'state', state: 'on' }],
      }),
    ),
  );
  return rows.length === 0
    ? []
    : [
        {
          type: 'entity-filter',
          show_empty: false,
          conditions: [{ condition: 'state', state: 'on' }],
          entities: rows,
          card: { type: 'entities' },
          grid_options: { columns: 'full' },
        },
      ];
}

/** The lab's problems and available updates. `machines`: the devices that have an agent. */
export const problemSection = (devices: readonly LabDevice[], machines: readonly LabDevice[]): DashboardSection => ({
  type: 'grid',
  cards: [
    headingCard('What is wrong', 'mdi:alert-circle-outline'),
    problemListCard(devices, machines),
    ...updatesCard(devices),
  ],
});
