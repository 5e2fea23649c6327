import { severities } from '../../src/model/problem.ts';
import { renderAlarmLoop } from './alarm-loop.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables, numberInput } from './blueprint-inputs.ts';
import type { BlueprintTexts } from './blueprint-texts.ts';
import {
  comparedTemplate,
  currentTemplate,
  dueTemplate,
  pauseTemplate,
  signatureTemplate,
} from './everything-wrong-templates.ts';

const id = 'everything_wrong';

/** Seconds that Home Assistant needs after its start to hear of all agents. */
const settlingSeconds = 15;

const listTemplate = "{{ compared | map(attribute='subject') | join(', ') }}";

/** What is retained starts the first run, and is no news, when Home Assistant or the automation starts. */
export const everythingWrongBlueprint = (texts: BlueprintTexts): [id: string, yaml: string] => [
  id,
  renderAlarmLoop({
    header: blueprintHeader({ id }, texts[id], texts, {
      severity: {
        name: texts.severity,
        default: 'degraded',
        selector: {
          select: {
            options: severities.map((severity) => ({ value: severity, label: texts.severities[severity] })),
          },
        },
      },
      minutes: numberInput(texts.minutes, { default: 1, unit: 'min', min: 0, max: 1440 }),
      topic: {
        name: texts.topic,
        description: texts.topicDescription,
        default: 'infra-monitor/+/problems',
        selector: { text: {} },
      },
      telling: commonInputs(texts).telling,
    }),
    triggers: [{ trigger: 'mqtt', topic: inputReference('topic') }],
    variables: {
      ...inputVariables(['severity', 'minutes', 'quiet_from', 'quiet_to', 'remind_hours', 'at_start']),
      included: `{% set all = ${JSON.stringify(severities)} %}{{ all[: all.index(severity) + 1] }}`,
    },
    settle: [{ delay: { seconds: settlingSeconds } }],
    signature: signatureTemplate,
    pause: pauseTemplate,
    steps: { current: currentTemplate, compared: comparedTemplate, result: dueTemplate(texts) },
    start: {
      title: texts[id].name,
      tag: `infra_monitor_${id}_start`,
      message: texts.foundAtStart(listTemplate),
    },
  }),
];
