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
export const lastingTemplate = (end: string, { daysAndHours, aFewSeconds }: BlueprintTexts): string =>
  `{% set lasted = ((${end} - began) / 60) | round(0) | int %}{{ ${daysAndHours} if lasted >= 1440 else '%d h %d min' | format(lasted // 60, lasted % 60) if lasted >= 60 else '%d min' | format(lasted) if lasted >= 1 else '${aFewSeconds}' }}`;

/** Expression of a time, in seconds since 1970: without its date if that is today's. */
export const clockTimeExpression = (time: string, { dateAndTime }: BlueprintTexts): string =>
  `${time} | timestamp_custom('%H:%M' if ${time} | timestamp_custom('%Y-%m-%d') == now().strftime('%Y-%m-%d') else '${dateAndTime}')`;

/** Sets `reason` to the state of the entity with the reason, or nothing. This program names it `<entity>_reason`. Where
 * the user has given only the flag another ID, it is the one of the device that belongs to no other flag. */
export const setReason = [
  "{%- set of_reason = namespace(id='sensor.' ~ subject.split('.')[1] ~ '_reason') -%}",
  '{%- if states[of_reason.id] is none -%}',
  "{%- for other in device_entities(device_id(subject)) if other is search('^sensor[.].*_problem_reason$') and states['binary_sensor.' ~ other.split('.')[1] | regex_replace('_reason$', '')] is none -%}",
  '{%- set of_reason.id = other -%}',
  '{%- endfor -%}{%- endif -%}',
  "{%- set reason = states(of_reason.id) -%}{%- set reason = '' if reason in ['unknown', 'unavailable', 'none'] else reason -%}",
].join('\n');
