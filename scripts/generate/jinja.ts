// Jinja, as Home Assistant speaks it.

/** Is it quiet hours? */
export const quietHoursExpression =
  '((quiet_from <= time and time < quiet_to) if quiet_from <= quiet_to else (time >= quiet_from or time < quiet_to))';

/** A template of an expression; `now()` makes Home Assistant look at it every minute. */
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

/** “2 h 5 min”, of a time in seconds. */
export const durationTemplate =
  "{% set minutes = ((as_timestamp(now()) - began) / 60) | round(0) | int %}{{ '%d d %d h' | format(minutes // 1440, minutes % 1440 // 60) if minutes >= 1440 else '%d h %d min' | format(minutes // 60, minutes % 60) if minutes >= 60 else '%d min' | format(minutes) }}";

/** The entity of our naming that says why, where there is one. */
export const reasonTemplate =
  "{% set reason = states('sensor.' ~ subject.split('.')[1] ~ '_reason') %}{{ '' if reason in ['unknown', 'unavailable', 'none', ''] else reason ~ '. ' }}";

/** Is nothing disconnected that would explain it? */
export const unexplainedExpression = "explained_by | select('is_state', 'off') | list | count == 0";
