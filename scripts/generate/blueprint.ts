import { renderAlarmLoop, settleActions, startTriggers } from './alarm-loop.ts';
import {
  alertComparedTemplate,
  alertDueTemplate,
  alertPauseTemplate,
  alertSignatureTemplate,
} from './alert-templates.ts';
import type { AlertDefinition } from './alerts.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables, numberInput } from './blueprint-inputs.ts';
import type { BlueprintSummary } from './blueprint-reference.ts';
import { everythingWrongAlert, everythingWrongBlueprint } from './everything-wrong-blueprint.ts';
import { restartAlert, restartBlueprint } from './restart-blueprint.ts';
import { watchedTemplate } from './watched-entities.ts';

const listTemplate =
  "{% for k in compared %}{{ state_attr(k.subject, 'friendly_name') or k.subject }}{{ '' if loop.last else ', ' }}{% endfor %}";

function alertBlueprint(alert: AlertDefinition): string {
  const { id, name, limits = {}, minutes } = alert;
  const inputs = ['subjects', 'areas', 'labels', ...Object.keys(limits), 'minutes', 'explained_by', 'quiet_from'];
  return renderAlarmLoop({
    header: blueprintHeader(alert, {
      minutes: numberInput({ name: 'For at least', default: minutes, unit: 'min', min: 0, max: 1440 }),
      ...commonInputs,
    }),
    triggerVariables: { base_topic: inputReference('base_topic') },
    triggers: startTriggers,
    variables: {
      ...inputVariables([...inputs, 'quiet_to', 'remind_hours', 'at_start', 'base_topic']),
      watched: watchedTemplate(alert.all),
    },
    settle: settleActions,
    signature: alertSignatureTemplate(alert),
    pause: alertPauseTemplate,
    steps: { compared: alertComparedTemplate(alert), result: alertDueTemplate(alert) },
    start: {
      title: name,
      tag: `infra_monitor_${id}_start`,
      list: listTemplate,
    },
  });
}

/** What all blueprints are called and for, the one that most homes need first. */
export const listBlueprints = (all: readonly AlertDefinition[]): BlueprintSummary[] => [
  everythingWrongAlert,
  ...all,
  restartAlert,
];

/** Blueprints by their file names without `.yaml`. */
export const renderBlueprints = (all: readonly AlertDefinition[]): Map<string, string> =>
  new Map([
    ...all.map((alert): [string, string] => [alert.id, alertBlueprint(alert)]),
    restartBlueprint(),
    everythingWrongBlueprint(),
  ]);
