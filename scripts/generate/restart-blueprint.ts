import { renderAlarmLoop, settleActions, startTriggers } from './alarm-loop.ts';
import { blueprintHeader, commonInputs, inputReference, inputVariables } from './blueprint-inputs.ts';
import type { BlueprintTexts } from './blueprint-texts.ts';
import { explainedExpression, quietHoursExpression } from './jinja.ts';
import { entityCountTemplate, metricNames, type WatchedKind, watchedTemplate } from './watched-entities.ts';

/** Alert for a timestamp that only changes with a restart. */
const restartAlert = {
  id: 'home_assistant_restarted',
  filter: [{ integration: 'mqtt', domain: 'sensor', device_class: 'timestamp' }],
} as const;
const all: WatchedKind = {
  domain: 'sensor',
  deviceClass: 'timestamp',
  name: metricNames('home_assistant', 'instance', 'started'),
  id: '(?<!agent)_started',
};

/** Seconds by which a start has to differ: it is computed from the age of states. */
const minDifferenceSeconds = 120;

const signatureTemplate = [
  entityCountTemplate(all),
  "{%- for subject in watched %}{{ ' %s=%s' | format(subject, states(subject)) }}{% endfor -%}",
].join('\n');

/** The starts that are known, and which of them are to be told. `at`: seconds. One that is unknown now stays as it
 * was. */
const comparedTemplate = [
  '{%- set ns = namespace(known=[]) -%}',
  "{%- if is_first and at_start and trigger.platform == 'homeassistant' -%}",
  "{%- set ns.known = [dict(subject='', at=as_timestamp(now()), is_due=true)] -%}{%- endif -%}",
  "{%- for k in known if k.subject == '' and k.is_due -%}{%- set ns.known = ns.known + [k] -%}{%- endfor -%}",
  '{%- for subject in watched -%}',
  "{%- set old = known | selectattr('subject', 'eq', subject) | first | default(none) -%}",
  '{%- set at = states(subject) | as_timestamp(none) -%}',
  '{%- if at is not none -%}',
  `{%- set is_due = old is not none and (old.is_due or ((at - old.at) | abs > ${minDifferenceSeconds} and not (${explainedExpression}))) -%}`,
  '{%- set ns.known = ns.known + [dict(subject=subject, at=at, is_due=is_due)] -%}',
  '{%- elif old is not none -%}{%- set ns.known = ns.known + [old] -%}{%- endif -%}',
  '{%- endfor -%}',
  '{{ ns.known }}',
].join('\n');

const dueTemplate = (texts: BlueprintTexts) =>
  [
    `{%- set time = now().strftime('%H:%M:%S') -%}{%- set quiet = ${quietHoursExpression} -%}`,
    '{%- set ns = namespace(known=[], messages=[]) -%}',
    '{%- for k in compared -%}',
    '{%- if k.is_due and not quiet -%}',
    `{%- set title = (state_attr(k.subject, 'friendly_name') or k.subject) ~ '${texts.restarted}' if k.subject else '${texts.started}' -%}`,
    `{%- set message = ${texts.at} -%}`,
    `{%- set ns.messages = ns.messages + [dict(title=title, message=message, tag='infra_monitor_${restartAlert.id}_' ~ (k.subject or 'start'), over=true)] -%}`,
    '{%- endif -%}',
    '{%- set ns.known = ns.known + [dict(k, is_due=k.is_due and quiet)] -%}',
    '{%- endfor -%}',
    '{{ dict(known=ns.known, messages=ns.messages, quiet=quiet) }}',
  ].join('\n');

export const restartBlueprint = (texts: BlueprintTexts): [id: string, yaml: string] => {
  const { telling, explained_by } = commonInputs(texts);
  const { remind_hours: _, ...input } = telling.input;
  return [
    restartAlert.id,
    renderAlarmLoop({
      header: blueprintHeader(restartAlert, texts[restartAlert.id], texts, {
        explained_by,
        telling: {
          ...telling,
          input: {
            ...input,
            at_start: {
              ...input.at_start,
              name: texts.atOwnStart,
              description: texts.atOwnStartDescription,
            },
          },
        },
      }),
      triggers: startTriggers,
      triggerVariables: { base_topic: inputReference('base_topic') },
      variables: {
        ...inputVariables(['subjects', 'areas', 'labels', 'base_topic']),
        ...inputVariables(['explained_by', 'quiet_from', 'quiet_to', 'at_start']),
        watched: watchedTemplate(all),
      },
      settle: settleActions,
      signature: signatureTemplate,
      pause: "{{ 60 if quiet and known | selectattr('is_due') | list | count > 0 else 43200 }}",
      steps: { compared: comparedTemplate, result: dueTemplate(texts) },
    }),
  ];
};
