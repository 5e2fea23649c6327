import { toYaml, type YamlMap } from '../../src/views/home-assistant/yaml.ts';
import type { AlertDefinition } from './alerts.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables, numberInput } from './blueprint-inputs.ts';
import { everythingWrongBlueprint } from './everything-wrong-blueprint.ts';
import {
  durationTemplate,
  jinjaTemplate,
  quietHoursExpression,
  reasonTemplate,
  unexplainedExpression,
} from './jinja.ts';

const condition = (expression: string, state?: string): YamlMap => ({
  condition: 'template',
  value_template: jinjaTemplate(expression, state),
});
const whenAction = (conditions: string, sequence: readonly YamlMap[]): YamlMap => ({
  choose: [{ conditions, sequence }],
});
const waitUntilAction = (expression: string, more: YamlMap = {}): YamlMap => ({
  wait_template: jinjaTemplate(expression),
  ...more,
});

const notifyActions = (alert: string, title: string, message: string, over: boolean): YamlMap[] => [
  {
    variables: {
      value: '{{ states(subject) }}',
      unit: "{{ state_attr(subject, 'unit_of_measurement') or '' }}",
      name: "{{ state_attr(subject, 'friendly_name') or subject }}",
      device: "{{ device_attr(subject, 'name_by_user') or device_attr(subject, 'name') or name }}",
      title,
      message,
      tag: `infra_monitor_${alert}_{{ subject }}`,
      over,
    },
  },
  { sequence: inputReference('tell') },
];

/** Event by which an automation starts a run of its own for a problem that began before Home Assistant started. */
const adoptionEvent = 'infra_monitor_adoption';

const atStart = "trigger.platform == 'homeassistant'";
const adopted = "trigger.platform == 'event'";

/** True if the entity leaves its good state, or if this automation has adopted it. */
const beginsTemplate = (good: string): string =>
  [
    `{% if ${atStart} %}{{ true }}`,
    `{% elif ${adopted} %}{{ trigger.event.data.by == this.entity_id }}`,
    '{% else %}{% set subject = trigger.entity_id %}',
    `{% set was_good %}${jinjaTemplate(good, 'trigger.from_state.state')}{% endset %}`,
    `{% set is_good %}${jinjaTemplate(good, 'trigger.to_state.state')}{% endset %}`,
    "{{ was_good | trim == 'True' and is_good | trim != 'True' }}{% endif %}",
  ].join('\n');

/** List of those entities that are in a bad state. */
const badEntitiesTemplate = (subjects: string, bad: string): string =>
  [
    `{% set ns = namespace(bad=[]) %}{% for subject in ${subjects} %}{% set value = states(subject) %}{% set number = value | float(none) %}{% set unit = state_attr(subject, 'unit_of_measurement') %}`,
    `{% if ${bad} %}{% set ns.bad = ns.bad + [subject] %}{% endif %}{% endfor %}{{ ns.bad }}`,
  ].join('\n');

const listTemplate =
  "{% for one in wrong %}{{ state_attr(one, 'friendly_name') or one }}{{ '' if loop.last else ', ' }}{% endfor %}";

/** A restart of Home Assistant ends all runs: each problem that lasts gets a new run, which only reports its end. */
const startActions = ({ id, name, bad }: AlertDefinition): YamlMap[] => [
  {
    wait_template: "{{ subjects | select('is_state', ['unavailable', 'unknown']) | list | count == 0 }}",
    timeout: { minutes: 2 },
    continue_on_timeout: true,
  },
  { variables: { found: badEntitiesTemplate('subjects', bad) } },
  { delay: { minutes: inputReference('minutes') } },
  { variables: { wrong: badEntitiesTemplate('found', bad) } },
  {
    repeat: {
      for_each: '{{ wrong }}',
      sequence: [{ event: adoptionEvent, event_data: { by: '{{ this.entity_id }}', subject: '{{ repeat.item }}' } }],
    },
  },
  whenAction(jinjaTemplate(`at_start and wrong | count > 0 and ${unexplainedExpression}`), [
    {
      variables: {
        title: name,
        message: `Home Assistant has started and finds: ${listTemplate}`,
        tag: `infra_monitor_${id}_start`,
        over: false,
      },
    },
    { sequence: inputReference('tell') },
  ]),
  { stop: 'Start of Home Assistant is handled' },
];

/** A run begins when an entity leaves its good state and ends when it returns to it, however often it was unavailable in between:
 * so each alarm is reported once. */
function alertBlueprint(alert: AlertDefinition): string {
  const { id, good, bad, limits = {}, minutes, title, recovered } = alert;
  const alarm = `${bad} and ${unexplainedExpression} and not ${quietHoursExpression}`;
  const began = "{{ began | timestamp_custom('%H:%M') }}";
  return toYaml({
    blueprint: blueprintHeader(alert, {
      minutes: numberInput({ name: 'For at least', default: minutes, unit: 'min', min: 0, max: 1440 }),
      ...commonInputs,
    }),
    mode: 'parallel',
    max: 100,
    variables: inputVariables([
      'subjects',
      ...Object.keys(limits),
      'explained_by',
      'quiet_from',
      'quiet_to',
      'remind_hours',
      'at_start',
    ]),
    triggers: [
      { trigger: 'state', entity_id: inputReference('subjects'), not_from: ['unavailable', 'unknown'], to: null },
      { trigger: 'homeassistant', event: 'start' },
      { trigger: 'event', event_type: adoptionEvent },
    ],
    conditions: [{ condition: 'template', value_template: beginsTemplate(good) }],
    actions: [
      whenAction(jinjaTemplate(atStart), startActions(alert)),
      {
        variables: {
          adopted: jinjaTemplate(adopted),
          subject: `{{ trigger.event.data.subject if ${adopted} else trigger.entity_id }}`,
          began: '{{ as_timestamp(now()) }}',
        },
      },
      whenAction('{{ not adopted }}', [
        {
          repeat: {
            sequence: [
              waitUntilAction(`(${good}) or (${alarm})`),
              waitUntilAction(`not (${alarm})`, {
                timeout: { minutes: inputReference('minutes') },
                continue_on_timeout: true,
              }),
            ],
            until: jinjaTemplate(`(${good}) or (${alarm})`),
          },
        },
      ]),
      condition(`not (${good})`),
      whenAction('{{ not adopted }}', notifyActions(id, title, `${reasonTemplate}Since ${began}.`, false)),
      {
        repeat: {
          sequence: [
            waitUntilAction(good, { timeout: { hours: '{{ remind_hours or 8760 }}' }, continue_on_timeout: true }),
            whenAction(
              jinjaTemplate(`remind_hours > 0 and (${alarm})`),
              notifyActions(id, title, `${reasonTemplate}Still, since ${began}.`, false),
            ),
          ],
          until: jinjaTemplate(good),
        },
      },
      { variables: { lasted: durationTemplate } },
      waitUntilAction(`not ${quietHoursExpression}`),
      ...notifyActions(id, recovered, "It lasted {{ 'longer than ' if adopted }}{{ lasted }}.", true),
    ],
  });
}

/** Alert for a timestamp that only changes with a restart. */
const restartAlert = {
  id: 'home_assistant_restarted',
  name: 'Home Assistant restarted',
  description:
    'A Home Assistant that an agent watches, or this one, has restarted. Choose “Started” entities, or “Last boot” entities of machines.',
  filter: [{ integration: 'mqtt', domain: 'sensor', device_class: 'timestamp' }],
};

/** A run begins when the timestamp changes or becomes unknown, and ends when it is known again. */
function restartBlueprint(): string {
  const { telling, explained_by } = commonInputs;
  const { remind_hours: _, ...input } = telling.input;
  return toYaml({
    blueprint: blueprintHeader(restartAlert, {
      explained_by,
      telling: {
        ...telling,
        input: {
          ...input,
          at_start: {
            ...input.at_start,
            name: 'Also for this Home Assistant',
            description: 'Send a notification when this one has started.',
          },
        },
      },
    }),
    mode: 'parallel',
    max: 100,
    variables: inputVariables(['explained_by', 'quiet_from', 'quiet_to']),
    triggers: [
      { trigger: 'state', entity_id: inputReference('subjects'), not_from: ['unavailable', 'unknown'], to: null },
      { trigger: 'homeassistant', event: 'start', enabled: inputReference('at_start') },
    ],
    actions: [
      {
        variables: {
          own: "{{ trigger.platform == 'homeassistant' }}",
          subject: "{{ trigger.entity_id | default('start') }}",
          before: '{{ as_timestamp(trigger.from_state.state) if trigger.from_state is defined else 0 }}',
        },
      },
      waitUntilAction("own or value not in ['unavailable', 'unknown']"),
      condition(`(own or (as_timestamp(value, 0) - before) | abs > 120) and ${unexplainedExpression}`),
      waitUntilAction(`not ${quietHoursExpression}`),
      ...notifyActions(
        restartAlert.id,
        "{{ 'Home Assistant has started' if own else name ~ ': restarted' }}",
        "{{ 'At %s.' | format(now().strftime('%H:%M') if own else as_timestamp(value) | timestamp_custom('%Y-%m-%d %H:%M')) }}",
        true,
      ),
    ],
  });
}

/** Blueprints by their file names without `.yaml`. */
export const renderBlueprints = (all: readonly AlertDefinition[]): Map<string, string> =>
  new Map([
    ...all.map((alert): [string, string] => [alert.id, alertBlueprint(alert)]),
    [restartAlert.id, restartBlueprint()],
    everythingWrongBlueprint(),
  ]);
