import { severities, severityNames } from '../../src/model/problem.ts';
import { renderAlarmLoop } from './alarm-loop.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables, numberInput } from './blueprint-inputs.ts';
import {
  comparedTemplate,
  currentTemplate,
  dueTemplate,
  pauseTemplate,
  signatureTemplate,
} from './everything-wrong-templates.ts';

export const everythingWrongAlert = {
  id: 'everything_wrong',
  name: 'Everything that is wrong',
  description:
    'Whatever any agent of the lab says is wrong, each cause once, with its place and what to do; and its end. There are no entities to choose: new machines and drives are included.',
};

/** Seconds that Home Assistant needs after its start to hear of all agents. */
const settlingSeconds = 15;

const listTemplate = "{{ compared | map(attribute='subject') | join(', ') }}";

/** What is retained starts the first run, and is no news, when Home Assistant or the automation starts. */
export const everythingWrongBlueprint = (): [id: string, yaml: string] => [
  everythingWrongAlert.id,
  renderAlarmLoop({
    header: blueprintHeader(everythingWrongAlert, {
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
    triggers: [{ trigger: 'mqtt', topic: inputReference('topic') }],
    variables: {
      ...inputVariables(['severity', 'minutes', 'quiet_from', 'quiet_to', 'remind_hours', 'at_start']),
      included: `{% set all = ${JSON.stringify(severities)} %}{{ all[: all.index(severity) + 1] }}`,
    },
    settle: [{ delay: { seconds: settlingSeconds } }],
    signature: signatureTemplate,
    pause: pauseTemplate,
    steps: { current: currentTemplate, compared: comparedTemplate, result: dueTemplate },
    start: {
      title: everythingWrongAlert.name,
      tag: `infra_monitor_${everythingWrongAlert.id}_start`,
      list: listTemplate,
    },
  }),
];
