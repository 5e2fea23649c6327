import { toYaml, type YamlMap } from '../../src/views/home-assistant/yaml.ts';
import { inputReference } from './blueprint-inputs.ts';

/** A blueprint whose runs follow one another: each waits until `signature` changes or `pause` is over, finds out what
 * is wrong, tells what is due, and hands on what it knows. Templates have the variables of the ones before. */
export interface AlarmLoop {
  header: YamlMap;
  /** What starts the first run, which takes what it finds for known. */
  triggers: readonly YamlMap[];
  /** Of the triggers. */
  triggerVariables?: YamlMap;
  variables: YamlMap;
  /** What the first run waits for. */
  settle: readonly YamlMap[];
  /** Text that changes with whatever matters. */
  signature: string;
  /** Seconds after which to look again although nothing has changed. */
  pause: string;
  /** Templates by the names of their variables; the last is `result`, with `known`, `messages` and `quiet`. */
  steps: YamlMap;
  /** The one message of everything that is known at the start: title, tag, and a template of the message. */
  start?: { title: string; tag: string; message: string };
}

/** Event by which a run hands on what it knows to the next one: nothing else of an automation is kept between runs. */
const handoverEvent = 'infra_monitor_handover';
const isHandover = "trigger.platform == 'event' and trigger.event.event_type == 'infra_monitor_handover'";

const tell = (variables: YamlMap): YamlMap[] => [
  { variables },
  { sequence: inputReference('tell'), continue_on_error: true },
];

/** What starts the first run of a blueprint that watches entities: Home Assistant, and the automation when it is made
 * or switched on, for the status of an agent is retained. */
export const startTriggers: readonly YamlMap[] = [
  { trigger: 'homeassistant', event: 'start' },
  { trigger: 'mqtt', topic: '{{ base_topic }}/+/status' },
  { trigger: 'event', event_type: 'automation_reloaded' },
];

const noneIsTemplate = (state: string) => `{{ watched | select('is_state', '${state}') | list | count == 0 }}`;

/** What the first run waits for: at a start of Home Assistant entities become available one after the other, and have
 * their states a moment later. */
export const settleActions: readonly YamlMap[] = [
  { wait_template: noneIsTemplate('unavailable'), timeout: { minutes: 2 }, continue_on_timeout: true },
  { wait_template: noneIsTemplate('unknown'), timeout: { seconds: 15 }, continue_on_timeout: true },
];

export function renderAlarmLoop({
  header,
  triggers,
  triggerVariables,
  variables,
  settle,
  signature,
  pause,
  steps,
  start,
}: AlarmLoop): string {
  // Home Assistant makes a number of a text that is one, which would never be the same as the text.
  const signatureText = `seen: ${signature}`;
  return toYaml({
    blueprint: header,
    mode: 'restart',
    trigger_variables: triggerVariables,
    variables: {
      ...variables,
      is_first: `{{ not (${isHandover}) }}`,
      known: `{{ trigger.event.data.known if ${isHandover} else [] }}`,
      seen: `{{ trigger.event.data.seen if ${isHandover} else '' }}`,
      quiet: `{{ ${isHandover} and trigger.event.data.quiet }}`,
    },
    triggers: [...triggers, { trigger: 'event', event_type: handoverEvent }],
    conditions: [
      {
        condition: 'template',
        value_template: `{{ trigger.event.data.by == this.entity_id if ${isHandover} else trigger.platform == 'homeassistant' or (this.attributes.current or 0) == 0 }}`,
      },
    ],
    actions: [
      {
        choose: [{ conditions: '{{ is_first }}', sequence: settle }],
        default: [
          {
            wait_template: `{% set signature %}${signatureText}{% endset %}{{ signature | trim != seen }}`,
            timeout: { seconds: pause },
            continue_on_timeout: true,
          },
        ],
      },
      { variables: { seen: signatureText } },
      ...Object.entries(steps).map(([name, template]) => ({ variables: { [name]: template } })),
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
      ...(start === undefined
        ? []
        : [
            {
              choose: [
                {
                  conditions: '{{ is_first and at_start and result.known | count > 0 }}',
                  sequence: tell({
                    title: start.title,
                    message: start.message,
                    tag: start.tag,
                    over: false,
                  }),
                },
              ],
            },
          ]),
      {
        event: handoverEvent,
        event_data: {
          by: '{{ this.entity_id }}',
          known: '{{ result.known }}',
          seen: '{{ seen }}',
          quiet: '{{ result.quiet }}',
        },
      },
      // Until the next run stops this one (mode `restart`): if none ran meanwhile, the status of an agent would start a
      // first run, to which everything that is wrong is old.
      { delay: { seconds: 30 } },
    ],
  });
}
