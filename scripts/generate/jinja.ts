import type { BlueprintTexts } from './blueprint-texts.ts';

// Jinja with Home Assistant's extensions.

/** True in quiet hours. */
export const quietHoursExpression =
  '((quiet_from <= time and time < quiet_to) if quiet_from <= quiet_to else (time >= quiet_from or time < quiet_to))';

/** True while an entity that would explain an alarm is disconnected. */
export const explainedExpression = "explained_by | select('is_state', 'off') | list | count > 0";

/** Sets what expressions of alerts are made of, of the entity `subject`. */
export const setEntityVariables = [
  '{%- set value = states(subject) -%}{%- set number = value | float(none) -%}',
  "{%- set unit = state_attr(subject, 'unit_of_measurement') or '' -%}",
].join('\n');

/** Time from `began` to `end`, as “2 h 5 min”. */
export const lastingTemplate = (end: string, { daysAndHours }: BlueprintTexts): string =>
  `{% set lasted = ((${end} - began) / 60) | round(0) | int %}{{ ${daysAndHours} if lasted >= 1440 else '%d h %d min' | format(lasted // 60, lasted % 60) if lasted >= 60 else '%d min' | format(lasted) }}`;

/** State of the entity with the reason, which this program names `<entity>_reason`; empty where there is none. */
export const reasonTemplate =
  "{% set reason = states('sensor.' ~ subject.split('.')[1] ~ '_reason') %}{{ '' if reason in ['unknown', 'unavailable', 'none', ''] else reason ~ '. ' }}";
