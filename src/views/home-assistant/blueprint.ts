import { supportUrl } from '../../version.ts';
import type { Alert, Limit } from './alerts.ts';
import { Input, type Yaml, type YamlMap, yaml } from './yaml.ts';

const number = ({ name, default: standard, unit, min, max }: Limit): YamlMap => ({
  name,
  default: standard,
  selector: { number: { min, max, step: 'any', unit_of_measurement: unit, mode: 'box' } },
});

const persistent: YamlMap = {
  action: 'persistent_notification.create',
  data: { title: '{{ title }}', message: '{{ message }}', notification_id: '{{ tag }}' },
};

const time = (name: string) => ({ name, default: '00:00:00', selector: { time: {} } });

/** What every blueprint asks beside what it watches. */
const habits = {
  explained_by: {
    name: 'Explained by',
    description: 'While one of these is disconnected, nothing is told: the router of a site, or a broker, of which there is an alarm of its own.',
    default: [],
    selector: { entity: { multiple: true, filter: [{ domain: 'binary_sensor', device_class: 'connectivity' }] } },
  },
  telling: {
    name: 'How it is told',
    icon: 'mdi:bell-outline',
    collapsed: true,
    input: {
      tell: {
        name: 'Actions',
        description: 'What is done with `{{ title }}` and `{{ message }}`; `{{ tag }}` is the same for an alarm and its end, and `{{ over }}` tells them apart.',
        default: [persistent],
        selector: { action: {} },
      },
      quiet_from: { ...time('Quiet from'), description: 'What happens in quiet hours is told at their end, if it lasts until then.' },
      quiet_to: time('Quiet to'),
      at_start: {
        name: 'Also when Home Assistant starts',
        description: 'Tell once what is wrong then, be it known or new.',
        default: false,
        selector: { boolean: {} },
      },
      remind_hours: number({ name: 'Tell again after (0: never)', default: 0, unit: 'h', min: 0, max: 720 }),
    },
  },
};

const names = (inputs: readonly string[]): YamlMap => Object.fromEntries(inputs.map((name) => [name, new Input(name)]));

const quiet = '((quiet_from <= time and time < quiet_to) if quiet_from <= quiet_to else (time >= quiet_from or time < quiet_to))';

/** A template of an expression; `now()` makes Home Assistant look at it every minute. */
const template = (expression: string, state = 'states(subject)'): string => {
  const sets = [
    ['value', state],
    ['number', 'value | float(none)'],
    ['unit', "state_attr(subject, 'unit_of_measurement')"],
    ['time', "now().strftime('%H:%M:%S')"],
  ].filter(([name = '']) => new RegExp(`\\b${name}\\b`).test(expression) || (name === 'value' && /\bnumber\b/.test(expression)));
  return [...sets.map(([name, value]) => `{% set ${name} = ${value} %}`), `{{ ${expression} }}`].join('\n');
};

const condition = (expression: string, state?: string): YamlMap => ({ condition: 'template', value_template: template(expression, state) });
const when = (conditions: string, sequence: readonly YamlMap[]): YamlMap => ({ choose: [{ conditions, sequence }] });
const until = (expression: string, more: YamlMap = {}): YamlMap => ({ wait_template: template(expression), ...more });

/** “2 h 5 min”, of a time in seconds. */
const lasted =
  "{% set minutes = ((as_timestamp(now()) - began) / 60) | round(0) | int %}{{ '%d d %d h' | format(minutes // 1440, minutes % 1440 // 60) if minutes >= 1440 else '%d h %d min' | format(minutes // 60, minutes % 60) if minutes >= 60 else '%d min' | format(minutes) }}";

/** The entity of our naming that says why, where there is one. */
const reason = "{% set reason = states('sensor.' ~ subject.split('.')[1] ~ '_reason') %}{{ '' if reason in ['unknown', 'unavailable', 'none', ''] else reason ~ '. ' }}";

const say = (alert: string, title: string, message: string, over: boolean): YamlMap[] => [
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
  { sequence: new Input('tell') },
];

function head({ id, name, description, filter, limits = {} }: Pick<Alert, 'id' | 'name' | 'description' | 'filter' | 'limits'>, asked: Yaml): YamlMap {
  return {
    name: `Infra Monitor: ${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    description,
    domain: 'automation',
    source_url: `${supportUrl}/blob/main/ha-config/blueprints/automation/infra_monitor/${id}.yaml`,
    homeassistant: { min_version: '2025.2.0' },
    input: {
      subjects: { name: 'Entities', selector: { entity: { multiple: true, filter } } },
      ...Object.fromEntries(Object.entries(limits).map(([key, limit]) => [key, number(limit)])),
      ...(asked as YamlMap),
    },
  };
}

const unexplained = "explained_by | select('is_state', 'off') | list | count == 0";

/** A run begins when an entity leaves its good state and ends when it is back there, however often it was unavailable between:
 * that is how an alarm is told once. Nothing is told of what Home Assistant finds when it starts. */
function alertBlueprint(alert: Alert): string {
  const { id, good, bad, limits = {}, minutes, title, recovered } = alert;
  const alarm = `${bad} and ${unexplained} and not ${quiet}`;
  const began = "{{ began | timestamp_custom('%H:%M') }}";
  const blueprint = head(alert, { minutes: number({ name: 'For at least', default: minutes, unit: 'min', min: 0, max: 1440 }), ...habits });
  const limited = Object.keys(limits);
  const wrongNow = `{% set ns = namespace(wrong=[]) %}{% for subject in subjects %}{% set value = states(subject) %}{% set number = value | float(none) %}{% set unit = state_attr(subject, 'unit_of_measurement') %}{% if ${bad} %}{% set ns.wrong = ns.wrong + [state_attr(subject, 'friendly_name') or subject] %}{% endif %}{% endfor %}`;
  return yaml({
    blueprint,
    mode: 'parallel',
    max: 100,
    variables: names(['subjects', ...limited, 'explained_by', 'quiet_from', 'quiet_to', 'remind_hours']),
    triggers: [
      { trigger: 'state', entity_id: new Input('subjects'), not_from: ['unavailable', 'unknown'], to: null },
      { trigger: 'homeassistant', event: 'start', enabled: new Input('at_start') },
    ],
    conditions: [
      {
        condition: 'template',
        value_template: [
          "{% if trigger.platform == 'homeassistant' %}{{ true }}{% else %}{% set subject = trigger.entity_id %}",
          `{% set was_good %}${template(good, 'trigger.from_state.state')}{% endset %}`,
          `{% set is_good %}${template(good, 'trigger.to_state.state')}{% endset %}`,
          "{{ was_good | trim == 'True' and is_good | trim != 'True' }}{% endif %}",
        ].join('\n'),
      },
    ],
    actions: [
      when("{{ trigger.platform == 'homeassistant' }}", [
        { wait_template: "{{ subjects | select('is_state', ['unavailable', 'unknown']) | list | count == 0 }}", timeout: { minutes: 2 }, continue_on_timeout: true },
        { delay: { minutes: new Input('minutes') } },
        { variables: { wrong: `${wrongNow}{{ ns.wrong }}` } },
        when(template(`wrong | count > 0 and ${unexplained}`), [
          {
            variables: {
              title: alert.name,
              message: "Home Assistant has started and finds: {{ wrong | join(', ') }}",
              tag: `infra_monitor_${id}_start`,
              over: false,
            },
          },
          { sequence: new Input('tell') },
        ]),
        { stop: 'That is all at a start' },
      ]),
      { variables: { subject: '{{ trigger.entity_id }}', began: '{{ as_timestamp(now()) }}' } },
      {
        repeat: {
          sequence: [until(`(${good}) or (${alarm})`), until(`not (${alarm})`, { timeout: { minutes: new Input('minutes') }, continue_on_timeout: true })],
          until: template(`(${good}) or (${alarm})`),
        },
      },
      condition(`not (${good})`),
      ...say(id, title, `${reason}Since ${began}.`, false),
      {
        repeat: {
          sequence: [
            until(good, { timeout: { hours: '{{ remind_hours or 8760 }}' }, continue_on_timeout: true }),
            when(template(`remind_hours > 0 and (${alarm})`), say(id, title, `${reason}Still, since ${began}.`, false)),
          ],
          until: template(good),
        },
      },
      { variables: { lasted } },
      until(`not ${quiet}`),
      ...say(id, recovered, 'It lasted {{ lasted }}.', true),
    ],
  });
}

/** A moment that only changes when something has started anew. */
const restarted = {
  id: 'home_assistant_restarted',
  name: 'Home Assistant restarted',
  description: 'A Home Assistant that an agent watches, or this one, has started anew. Choose “Started” entities, or “Last boot” of machines.',
  filter: [{ integration: 'mqtt', domain: 'sensor', device_class: 'timestamp' }],
};

/** A run begins when the moment is another or not known any more, and ends when it is known again. */
function restartBlueprint(): string {
  const { telling, explained_by } = habits;
  const { remind_hours: _, ...input } = telling.input;
  return yaml({
    blueprint: head(restarted, {
      explained_by,
      telling: { ...telling, input: { ...input, at_start: { ...input.at_start, name: 'This Home Assistant too', description: 'Tell when this one has started.' } } },
    }),
    mode: 'parallel',
    max: 100,
    variables: names(['explained_by', 'quiet_from', 'quiet_to']),
    triggers: [
      { trigger: 'state', entity_id: new Input('subjects'), not_from: ['unavailable', 'unknown'], to: null },
      { trigger: 'homeassistant', event: 'start', enabled: new Input('at_start') },
    ],
    actions: [
      {
        variables: {
          own: "{{ trigger.platform == 'homeassistant' }}",
          subject: "{{ trigger.entity_id | default('start') }}",
          before: '{{ as_timestamp(trigger.from_state.state) if trigger.from_state is defined else 0 }}',
        },
      },
      until("own or value not in ['unavailable', 'unknown']"),
      condition(`(own or (as_timestamp(value, 0) - before) | abs > 120) and ${unexplained}`),
      until(`not ${quiet}`),
      ...say(
        restarted.id,
        "{{ 'Home Assistant has started' if own else name ~ ': started anew' }}",
        "{{ 'At %s.' | format(now().strftime('%H:%M') if own else as_timestamp(value) | timestamp_custom('%Y-%m-%d %H:%M')) }}",
        true,
      ),
    ],
  });
}

/** Blueprints by the names of their files. */
export const blueprints = (all: readonly Alert[]): Map<string, string> =>
  new Map([...all.map((alert): [string, string] => [alert.id, alertBlueprint(alert)]), [restarted.id, restartBlueprint()]]);
