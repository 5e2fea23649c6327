import type { Severity } from '../../model/problem.ts';
import type { DashboardTexts } from './texts.ts';

/** In the order of the list: the worst first. */
const icons: Record<Severity, string> = {
  data_at_risk: 'mdi:database-alert',
  outage: 'mdi:alert-octagon',
  degraded: 'mdi:alert',
  notice: 'mdi:information-outline',
};

// Without an import but of types: browsers load this file, too.
const faults = JSON.stringify(Object.keys(icons).filter((severity) => severity !== 'notice'));

/** `plain` writes whatever is no letter or digit as a character reference, which neither Markdown nor HTML takes for
 * markup. */
export const plainTextMacro = `{%- macro plain(text) %}{% for c in text | string %}{{ c if c.isalnum() else ' ' if c.isspace() else '&#%d;' | format(c | ord) }}{% endfor %}{% endmacro -%}`;

/** The lists of these entities as Markdown: the worst first, of equal ones the oldest, each cause once, and the agents
 * of which nothing is known. `lists`: ids of the entities. `labLists`: those among them that tell of lost agents
 * themselves. `tooOld`: names of the machines whose agents have no list. */
export const problemListTemplate = (
  lists: readonly string[],
  labLists: readonly string[],
  tooOld: readonly string[],
  texts: DashboardTexts,
) => `\
${plainTextMacro}
{%- set ns = namespace(all=[], causes=[], faults=0, rows='', unknown=${JSON.stringify(tooOld)}) -%}
{%- set lab = ${JSON.stringify(labLists)} | select('has_value') | list | count > 0 -%}
{%- for id in ${JSON.stringify(lists)} -%}
{%- if has_value(id) -%}
{%- set ns.all = ns.all + (state_attr(id, 'problems') or []) | rejectattr('explained_by', 'defined') | list -%}
{%- elif not lab -%}
{%- set ns.unknown = ns.unknown + [device_attr(id, 'name_by_user') or device_attr(id, 'name') or id] -%}
{%- endif -%}
{%- endfor -%}
{%- for severity, icon in ${JSON.stringify(icons)}.items() -%}
{%- for p in ns.all | selectattr('severity', 'eq', severity) | sort(attribute='since') if p.cause not in ns.causes -%}
{%- set ns.causes = ns.causes + [p.cause] -%}
{%- set ns.faults = ns.faults + (1 if severity in ${faults} else 0) -%}
{%- set at = as_datetime(p.since, now()) -%}
{%- set ns.rows = ns.rows ~ '- <ha-icon icon="' ~ icon ~ '"></ha-icon> **' ~ plain(p.subject) ~ '**: ' ~ plain(p.text) ~ ('' if p.certain else ' (${texts.lastKnown})') ~ (', ${texts.lasting} ' ~ ${texts.timeSince} if at < now() else ', ${texts.sinceNow}') ~ ('. ' ~ plain(p.remedy[:1] | upper ~ p.remedy[1:]) if p.remedy is defined else '') ~ '\\n' -%}
{%- endfor -%}
{%- endfor -%}
{{ '**${texts.thingsAreWrong}**' | format(ns.faults) if ns.faults > 1 else '**${texts.oneThingIsWrong}**' if ns.faults == 1 else '${texts.everythingIsWell}' if ns.unknown == [] else '${texts.nothingKnown}' }}
{% if ns.unknown != [] %}
${texts.unknownOf("plain(ns.unknown | join(', '))")}
{% endif %}
{{ ns.rows }}`;
