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
import type { BlueprintTexts } from './blueprint-texts.ts';
import { everythingWrongBlueprint } from './everything-wrong-blueprint.ts';
import { restartBlueprint } from './restart-blueprint.ts';
import { watchedTemplate } from './watched-entities.ts';

const listTemplate =
  "{% for k in compared %}{{ state_attr(k.subject, 'friendly_name') or k.subject }}{{ '' if loop.last else ', ' }}{% endfor %}";

function alertBlueprint(alert: AlertDefinition, texts: BlueprintTexts): string {
  const { id, limits = {}, minutes } = alert;
  const inputs = ['subjects', 'areas', 'labels', ...Object.keys(limits), 'minutes', 'explained_by', 'quiet_from'];
  return renderAlarmLoop({
    header: blueprintHeader(alert, texts.alerts[id], texts, {
      minutes: numberInput(texts.minutes, { default: minutes, unit: 'min', min: 0, max: 1440 }),
      ...commonInputs(texts),
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
    steps: { compared: alertComparedTemplate(alert), result: alertDueTemplate(alert, texts) },
    start: {
      title: texts.alerts[id].name,
      tag: `infra_monitor_${id}_start`,
      message: texts.foundAtStart(listTemplate),
    },
  });
}

/** What all blueprints are called and for, the one that most homes need first. */
export const listBlueprints = ({
  alerts,
  everything_wrong,
  home_assistant_restarted,
}: BlueprintTexts): BlueprintSummary[] =>
  Object.entries({ everything_wrong, ...alerts, home_assistant_restarted }).map(([id, { name, description }]) => ({
    id,
    name,
    description,
  }));

/** Blueprints by their file names without `.yaml`. */
export const renderBlueprints = (all: readonly AlertDefinition[], texts: BlueprintTexts): Map<string, string> =>
  new Map([
    ...all.map((alert): [string, string] => [alert.id, alertBlueprint(alert, texts)]),
    restartBlueprint(texts),
    everythingWrongBlueprint(texts),
  ]);
