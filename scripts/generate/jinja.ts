// Jinja with Home Assistant's extensions.

/** True in quiet hours. */
export const quietHoursExpression =
  '((quiet_from <= time and time < quiet_to) if quiet_from <= quiet_to else (time >= quiet_from or time < quiet_to))';

/** Template of an expression with the variables that it uses; `now()` makes Home Assistant evaluate it every minute. */
export const jinjaTemplate = (expression: string, state = 'states(subject)'): string => {
  const sets = [
    ['value', state],
    ['number', 'value | float(none)'],
    ['unit', "state_attr(subject, 'unit_of_measurement')"],
    ['time', "now().strftime('%H:%M:%S')"],
  ].filter(
    ([name = '']) =>
      new RegExp(`\\b${name}\\b`).test(expression) || (name === 'value' && /\bnumber\b/.test(expression)),
  );
  return [...sets.map(([name, value]) => `{% set ${name} = ${value} %}`), `{{ ${expression} }}`].join('\n');
};

/** Time from `began` to `end`, as “2 h 5 min”. */
export const lastingTemplate = (end: string): string =>
  `{% set minutes = ((${end} - began) / 60) | round(0) | int %}{{ '%d d %d h' | format(minutes // 1440, minutes % 1440 // 60) if minutes >= 1440 else '%d h %d min' | format(minutes // 60, minutes % 60) if minutes >= 60 else '%d min' | format(minutes) }}`;

/** Time since `began`. */
export const durationTemplate = lastingTemplate('as_timestamp(now())');

/** State of the entity with the reason, which this program names `<entity>_reason`; empty where there is none. */
export const reasonTemplate =
  "{% set reason = states('sensor.' ~ subject.split('.')[1] ~ '_reason') %}{{ '' if reason in ['unknown', 'unavailable', 'none', ''] else reason ~ '. ' }}";

/** True unless an entity that would explain the alarm is disconnected. */
export const unexplainedExpression = "explained_by | select('is_state', 'off') | list | count == 0";
