import type { AlertDefinition } from './alerts.ts';
import type { BlueprintTexts } from './blueprint-texts.ts';
import {
  clockTimeExpression,
  explainedExpression,
  lastingTemplate,
  quietHoursExpression,
  setEntityVariables,
  setReason,
} from './jinja.ts';
import { entityCountTemplate } from './watched-entities.ts';

/** Changes when an entity becomes good, bad or neither, when what explains alarms does, and when there are other
 * entities. */
export const alertSignatureTemplate = ({ good, bad, all }: AlertDefinition): string =>
  [
    `${entityCountTemplate(all)} {{ ${explainedExpression} }}`,
    '{%- for subject in watched -%}',
    setEntityVariables,
    `{{ ' %s=%s' | format(subject, 'good' if ${good} else 'bad' if ${bad} else '?') }}`,
    '{%- endfor -%}',
  ].join('\n');

/** What is known after comparing it with the states of now. An entity that is neither good nor bad neither begins nor
 * ends anything. `held`: since when an alarm has been bad without being explained, in quiet hours or unknown; 0 if it
 * is not. */
export const alertComparedTemplate = ({ good, bad }: AlertDefinition): string =>
  [
    "{%- set time = now().strftime('%H:%M:%S') -%}{%- set at = as_timestamp(now()) -%}",
    `{%- set is_silent = ${explainedExpression} or ${quietHoursExpression} -%}`,
    "{%- set ns = namespace(known=[]) -%}{%- set old = known | map(attribute='subject') | list -%}",
    '{%- for k in known -%}{%- set subject = k.subject -%}',
    setEntityVariables,
    `{%- if ${good} -%}{%- if k.told -%}{%- set ns.known = ns.known + [dict(k, ended=k.ended or at)] -%}{%- endif -%}`,
    `{%- else -%}{%- set is_held = ${bad} and not is_silent -%}`,
    '{%- set ns.known = ns.known + [dict(k, ended=0, held=(k.held or at) if is_held else 0)] -%}{%- endif -%}',
    '{%- endfor -%}',
    '{%- for subject in watched if subject not in old -%}',
    setEntityVariables,
    `{%- if ${bad} -%}`,
    '{%- set ns.known = ns.known + [dict(subject=subject, began=at, held=0 if is_silent else at, ended=0, told=is_first, told_at=at, adopted=is_first)] -%}',
    '{%- endif -%}{%- endfor -%}',
    '{{ ns.known }}',
  ].join('\n');

/** Sets what titles are made of. */
const setTitleVariables = [
  setEntityVariables,
  "{%- set name = state_attr(subject, 'friendly_name') or subject -%}",
  "{%- set device = device_attr(subject, 'name_by_user') or device_attr(subject, 'name') or name -%}",
].join('\n');

const message = (title: string, text: string, over: boolean) =>
  [
    `{%- set title -%}${title}{%- endset -%}{%- set text -%}${text}{%- endset -%}`,
    `{%- set ns.messages = ns.messages + [dict(title=title | trim, message=text | trim, tag=tag, over=${over ? 'true' : 'false'})] -%}`,
  ].join('\n');

/** The messages to send now, and what is known after they have been sent. */
export function alertDueTemplate({ id }: AlertDefinition, texts: BlueprintTexts): string {
  const { title, recovered } = texts.alerts[id];
  return [
    `{%- set time = now().strftime('%H:%M:%S') -%}{%- set quiet = ${quietHoursExpression} -%}{%- set at = as_timestamp(now()) -%}`,
    '{%- set ns = namespace(known=[], messages=[]) -%}',
    '{%- for k in compared -%}{%- set subject = k.subject -%}{%- set began = k.began -%}',
    `{%- set tag = 'infra_monitor_${id}_' ~ subject -%}`,
    setTitleVariables,
    `{%- set since = ${clockTimeExpression('began', texts)} -%}`,
    '{%- if k.ended > 0 and not quiet -%}{%- set ended = k.ended -%}',
    message(recovered, texts.itLasted(lastingTemplate('ended', texts)), true),
    '{%- elif k.ended == 0 and k.held > 0 and (at - k.held >= minutes * 60 if not k.told else remind_hours > 0 and at - k.told_at >= remind_hours * 3600) -%}',
    setReason,
    message(title, texts.since, false),
    '{%- set ns.known = ns.known + [dict(k, told=true, told_at=at)] -%}',
    '{%- else -%}{%- set ns.known = ns.known + [k] -%}{%- endif -%}{%- endfor -%}',
    '{{ dict(known=ns.known, messages=ns.messages, quiet=quiet) }}',
  ].join('\n');
}

/** Seconds until an alarm or a repeat is due; a minute in quiet hours, whose end nothing else tells. */
export const alertPauseTemplate = [
  '{%- set at = as_timestamp(now()) -%}{%- set ns = namespace(pause=43200) -%}',
  '{%- for k in known -%}',
  '{%- set due = 60 if quiet or k.ended > 0 else 43200 if k.held == 0 else k.held + minutes * 60 - at if not k.told else k.told_at + remind_hours * 3600 - at if remind_hours > 0 else 43200 -%}',
  '{%- set ns.pause = [ns.pause, due] | min -%}',
  '{%- endfor -%}',
  '{{ [ns.pause, 1] | max }}',
].join('\n');
