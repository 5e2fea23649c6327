import { severities, severityNames } from '../../src/model/problem.ts';
import { toYaml, type YamlMap } from '../../src/views/home-assistant/yaml.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables, numberInput } from './blueprint-inputs.ts';
import {
  comparedTemplate,
  currentTemplate,
  dueTemplate,
  pauseTemplate,
  signatureTemplate,
} from './everything-wrong-templates.ts';
import { jinjaTemplate } from './jinja.ts';

const alert = {
  id: 'everything_wrong',
  name: 'Everything that is wrong',
  description:
    'Whatever any agent of the lab says is wrong, each cause once, with its place and what to do; and its end. There are no entities to choose: new machines and drives are included.',
};

/** Seconds that Home Assistant needs after its start to hear of all agents. */
const settlingSeconds = 15;

/** Event by which a run hands on what it knows to the next one: nothing else of an automation is kept between runs. */
const handoverEvent = 'infra_monitor_handover';
const isHandover = "trigger.platform == 'event'";

const tell = (variables: YamlMap): YamlMap[] => [
  { variables },
  { sequence: inputReference('tell'), continue_on_error: true },
];

const listTemplate = "{{ compared | map(attribute='subject') | join(', ') }}";

/** A run waits until a list changes or something is due, tells what is new, and hands on what it knows to the next run. The first one
 * is started by what is retained, which is no news, when Home Assistant or the automation starts. */
export const everythingWrongBlueprint = (): [id: string, yaml: string] => [
  alert.id,
  toYaml({
    blueprint: blueprintHeader(alert, {
      severity: {
        name: 'From this severity on',
        default: 'degraded',
        selector: {
          select: {
            options: severities.map((severity) => ({ value: severity, label: severityNames[severity] })),
          },
        },
      },
      minutes: numberInput({ name: 'For at least', default: 1, unit: 'min', min: 0, max: 1440 }),
      topic: {
        name: 'Topic',
        description: 'Of the lists of all agents; begins with MQTT_BASE_TOPIC.',
        default: 'infra-monitor/+/problems',
        selector: { text: {} },
      },
      telling: commonInputs.telling,
    }),
    mode: 'restart',
    variables: {
      ...inputVariables(['severity', 'minutes', 'quiet_from', 'quiet_to', 'remind_hours', 'at_start']),
      included: `{% set all = ${JSON.stringify(severities)} %}{{ all[: all.index(severity) + 1] }}`,
      is_first: `{{ not (${isHandover}) }}`,
      known: `{{ trigger.event.data.known if ${isHandover} else [] }}`,
      seen: `{{ trigger.event.data.seen if ${isHandover} else '' }}`,
      quiet: `{{ ${isHandover} and trigger.event.data.quiet }}`,
    },
    triggers: [
      { trigger: 'mqtt', topic: inputReference('topic') },
      { trigger: 'event', event_type: handoverEvent },
    ],
    conditions: [
      {
        condition: 'template',
        value_template: `{{ trigger.event.data.by == this.entity_id if ${isHandover} else (this.attributes.current or 0) == 0 }}`,
      },
    ],
    actions: [
      {
        choose: [{ conditions: '{{ is_first }}', sequence: [{ delay: { seconds: settlingSeconds } }] }],
        default: [
          {
            wait_template: `{% set signature %}${signatureTemplate}{% endset %}{{ signature | trim != seen }}`,
            timeout: { seconds: pauseTemplate },
            continue_on_timeout: true,
          },
        ],
      },
      { variables: { seen: signatureTemplate } },
      { variables: { current: currentTemplate } },
      { variables: { compared: comparedTemplate } },
      { variables: { result: dueTemplate } },
      {
        repeat: {
          for_each: '{{ result.messages }}',
          sequence: tell({
            title: '{{ repeat.item.title }}',
            message: '{{ repeat.item.message }}',
            tag: '{{ repeat.item.tag }}',
            over: '{{ repeat.item.over }}',
          }),
        },
      },
      {
        choose: [
          {
            conditions: jinjaTemplate('is_first and at_start and compared | count > 0'),
            sequence: tell({
              title: alert.name,
              message: `Home Assistant has started and finds: ${listTemplate}`,
              tag: `infra_monitor_${alert.id}_start`,
              over: false,
            }),
          },
        ],
      },
      {
        event: handoverEvent,
        event_data: {
          by: '{{ this.entity_id }}',
          known: '{{ result.known }}',
          seen: '{{ seen }}',
          quiet: '{{ result.quiet }}',
        },
      },
    ],
  }),
];
