import type { BlueprintTexts } from './blueprint-texts.ts';
import { clockTimeExpression, lastingTemplate, quietHoursExpression } from './jinja.ts';

// Jinja with Home Assistant's extensions. Lists of what is wrong are attributes of the entities “Problem” of the
// agents.

/** Sets `lists`: the entities with a list of what is wrong; one that is unavailable has none. */
const setLists =
  "{%- set lists = states.binary_sensor | selectattr('attributes.problems', 'defined') | selectattr('attributes.worst', 'defined') | list -%}";

/** Changes whenever a list does, or can no longer be read. */
export const signatureTemplate = [
  setLists,
  '{%- for s in lists %}{{ s.entity_id }}{% for p in s.attributes.problems if p.explained_by is not defined %} {{ p.cause }} {{ p.severity }} {{ p.certain }} {{ p.text }}{% endfor %};{% endfor -%}',
].join('\n');

/** What is wrong now, by cause: two agents may see the same. `agents` are the entities of those that do. */
export const currentTemplate = [
  setLists,
  '{%- set ns = namespace(all={}) -%}',
  '{%- for s in lists -%}{%- for p in s.attributes.problems if p.explained_by is not defined and p.severity in included -%}',
  '{%- set other = ns.all.get(p.cause) -%}',
  '{%- set agents = (other.agents if other else []) + [s.entity_id] -%}',
  '{%- if other and included.index(other.severity) <= included.index(p.severity) -%}',
  '{%- set one = dict(other, agents=agents) -%}',
  '{%- else -%}',
  "{%- set went = s.attributes.problems | selectattr('explained_by', 'defined') | selectattr('explained_by', 'eq', p.id) | map(attribute='subject') | unique | list -%}",
  "{%- set place = [device_attr(s.entity_id, 'name_by_user') or device_attr(s.entity_id, 'name'), area_name(s.entity_id)] | select('string') | unique | join(', ') -%}",
  "{%- set one = dict(agents=agents, cause=p.cause, subject=p.subject, text=p.text, severity=p.severity, certain=p.certain, place=place, went=went, serial=p.serial_number | default(''), remedy=p.remedy | default(''), clears=p.clears_at | default('')) -%}",
  '{%- endif -%}',
  '{%- set ns.all = dict(ns.all, **{p.cause: one}) -%}',
  '{%- endfor -%}{%- endfor -%}',
  '{{ ns.all }}',
].join('\n');

/** What is known after comparing it with what is wrong now. A cause whose agent can't be heard neither goes on nor
 * ends. */
export const comparedTemplate = [
  setLists,
  "{%- set heard = lists | map(attribute='entity_id') | list -%}",
  "{%- set silent = states.binary_sensor | map(attribute='entity_id') | reject('in', heard) | list -%}",
  '{%- set at = as_timestamp(now()) -%}',
  '{%- set ns = namespace(known=[]) -%}',
  '{%- for k in known -%}',
  '{%- if k.cause in current -%}{%- set ns.known = ns.known + [dict(k, ended=0, **current[k.cause])] -%}',
  "{%- elif k.agents | select('in', silent) | list | count > 0 -%}{%- set ns.known = ns.known + [k] -%}",
  "{%- elif k.told != '' -%}{%- set ns.known = ns.known + [dict(k, ended=k.ended or at)] -%}",
  '{%- endif -%}{%- endfor -%}',
  "{%- set old = known | map(attribute='cause') | list -%}",
  '{%- for c in current.values() if c.cause not in old and (c.certain or is_first) -%}',
  "{%- set ns.known = ns.known + [dict(c, began=at, ended=0, adopted=is_first, told=c.severity if is_first else '', told_at=at)] -%}",
  '{%- endfor -%}',
  '{{ ns.known }}',
].join('\n');

/** Whether a known problem is to be told: it is new and has lasted, has become worse, or is to be told again. */
const dueExpression =
  "k.ended == 0 and (as_timestamp(now()) - k.began >= minutes * 60 if k.told == '' else included.index(k.severity) < included.index(k.told) or (remind_hours > 0 and as_timestamp(now()) - k.told_at >= remind_hours * 3600))";

/** The messages to send now, and what is known after they have been sent. */
export const dueTemplate = (texts: BlueprintTexts): string =>
  [
    `{%- set time = now().strftime('%H:%M:%S') -%}{%- set quiet = ${quietHoursExpression} -%}`,
    '{%- set ns = namespace(known=[], messages=[]) -%}',
    '{%- for k in compared -%}',
    "{%- set tag = 'infra_monitor_' ~ k.cause | slugify -%}",
    `{%- if not quiet and ${dueExpression} -%}`,
    `{%- set since = ${clockTimeExpression('k.began', texts)} -%}{%- set message -%}${texts.wrong}{%- endset -%}`,
    "{%- set ns.messages = ns.messages + [dict(title=k.subject ~ ': ' ~ k.text, message=message ~ '', tag=tag, over=false)] -%}",
    '{%- set ns.known = ns.known + [dict(k, told=k.severity, told_at=as_timestamp(now()))] -%}',
    '{%- elif not quiet and k.ended > 0 -%}',
    '{%- set began = k.began -%}{%- set ended = k.ended -%}',
    `{%- set lasted -%}${lastingTemplate('ended', texts)}{%- endset -%}`,
    `{%- set ns.messages = ns.messages + [dict(title=k.subject ~ '${texts.over}', message='${texts.wrongLasted}' | format(k.text, '${texts.longerThan}' if k.adopted else '', lasted), tag=tag, over=true)] -%}`,
    '{%- else -%}{%- set ns.known = ns.known + [k] -%}{%- endif -%}{%- endfor -%}',
    '{{ dict(known=ns.known, messages=ns.messages, quiet=quiet) }}',
  ].join('\n');

/** Seconds after which to look again although no list has changed: soon while something is to be told. */
export const pauseTemplate = [
  "{%- set waiting = known | selectattr('told', 'eq', '') | list | count + known | selectattr('ended', 'gt', 0) | list | count -%}",
  '{{ 43200 if waiting == 0 and (remind_hours == 0 or known == []) else 60 if quiet or minutes >= 1 or waiting == 0 else [minutes * 60, 1] | max }}',
].join('\n');
