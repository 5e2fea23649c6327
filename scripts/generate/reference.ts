import type { ActionDeclaration } from '../../src/model/action.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';
import type { EventDeclaration } from '../../src/model/event.ts';
import type { AnyMetricDeclaration } from '../../src/model/metric.ts';
import { listSettingsOfSchema, type TitledSettingsSchema } from '../../src/settings/list-settings.ts';
import { discoveryFieldsOfMetric, platformOfMetric } from '../../src/views/platform.ts';

const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``);

/** docs/reference/settings.md */
export const renderSettingsReference = (groups: readonly TitledSettingsSchema[]): string =>
  `${[
    '# Settings',
    'Environment variables of the process, or variables in the file `.env` (or the file given with `--env`). An empty variable counts as unset. This page is generated.',
    ...groups.flatMap((group) => [
      `## ${group.title}`,
      table(
        ['Variable', 'Description', 'Value', 'Default', 'Example'],
        listSettingsOfSchema(group).map(
          ({ name, description, expects, default: standard, example, secret, perName }) => [
            code(name),
            [
              description,
              secret ? `Alternatively, set ${code(`${name}_FILE`)} to the path of a file that contains it.` : '',
              perName ? `${code(`${name}_<NAME>`)} overrides it for the one with that name.` : '',
            ]
              .filter(Boolean)
              .join(' '),
            expects,
            code(standard),
            code(example),
          ],
        ),
      ),
    ]),
  ].join('\n\n')}\n`;

interface EntityOptions {
  category?: string | undefined;
  enabled?: false | undefined;
  optional?: true | undefined;
}

const notes = ({ category, enabled, optional }: EntityOptions) =>
  [category, enabled === false ? 'disabled' : '', optional ? 'if present' : ''].filter(Boolean).join(', ');

function metricRow([key, metric]: [string, AnyMetricDeclaration]): string[] {
  const {
    unit_of_measurement: unit,
    device_class: deviceClass,
    state_class: stateClass,
  } = discoveryFieldsOfMetric(metric);
  return [
    code(key),
    metric.name,
    platformOfMetric(metric),
    String(unit ?? ''),
    String(deviceClass ?? ''),
    String(stateClass ?? ''),
    notes(metric),
  ];
}

const actionRow = ([key, { name, category, enabled }]: [string, ActionDeclaration]) => [
  code(key),
  name,
  'button',
  '',
  '',
  '',
  notes({ category, enabled }),
];

const eventRow = ({ name, category, enabled, types }: EventDeclaration) => [
  code('event'),
  name,
  'event',
  '',
  '',
  '',
  [notes({ category, enabled }), types.map(code).join(' ')].filter(Boolean).join(': '),
];

/** docs/reference/entities.md */
export const renderEntitiesReference = (catalogue: readonly CollectorMetadata[]): string =>
  `${[
    '# Topics and entities',
    'What each collector publishes, and the entities that Home Assistant makes of it. The topic of a table has one JSON object with all of its keys. “disabled”: the entity is disabled in Home Assistant until you enable it. “if present”: it is announced after the first reading that has a value. This page is generated.',
    ...catalogue.flatMap(({ id, title, tables }) => [
      `## ${title}`,
      ...Object.entries(tables).flatMap(([key, { kind, title: tableTitle, metrics, actions = {}, event }]) => [
        `### ${tableTitle}: ${code(`infra-monitor/<agent>/${id}/<device>${kind === 'part' ? `/${key}_<name>` : ''}`)}`,
        table(
          ['Key', 'Name', 'Platform', 'Unit', 'Device class', 'State class', 'Notes'],
          [
            ...Object.entries(metrics).map(metricRow),
            ...Object.entries(actions).map(actionRow),
            ...(event === undefined ? [] : [eventRow(event)]),
          ],
        ),
      ]),
    ]),
  ].join('\n\n')}\n`;
