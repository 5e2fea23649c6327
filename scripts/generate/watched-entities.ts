import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import { allCollectors } from '../../src/collectors/index.ts';
import type { CollectorMetadata } from '../../src/model/collector.ts';

const catalogue: readonly CollectorMetadata[] = allCollectors;

/** The names of a metric in all languages, as a regular expression; a parenthesis is any character, since Jinja warns
 * of an escaped one. */
export function metricNames(collector: string, table: string, metric: string): string {
  const english = catalogue.find(({ id }) => id === collector)?.tables[table]?.metrics[metric]?.name;
  const inGerman = germanNamesAndPageTexts.tables[collector]?.[table]?.metrics[metric];
  if (english === undefined || inGerman === undefined) throw new Error(`no name of ${collector} ${table} ${metric}`);
  return [...new Set([english, inGerman])].join('|').replaceAll(/[()]/g, '.');
}

/** Which entities of agents an alert watches if none is chosen. Regular expressions of Python. */
export interface WatchedKind {
  domain: string;
  deviceClass?: string;
  /** Names that agents announce, which begin with a capital letter behind the device's name. */
  name: string;
  /** Ends of ids, for an entity with another name. */
  id: string;
  /** Names of entities of which the device has at least one. */
  sibling?: string;
  /** Models of devices that are something else. */
  otherModel?: string;
}

/** True for an entity `s` of this kind that an agent has announced: identifiers begin with its topic
 * (`deviceIdentifier`). */
function isOfKind({ deviceClass, name, id, sibling, otherModel }: WatchedKind): string {
  return [
    ...(deviceClass === undefined ? [] : [`s.attributes.device_class == '${deviceClass}'`]),
    `(s.name is search('(^| )(${name})$') or s.object_id is search('(${id})$'))`,
    "(device_attr(s.entity_id, 'identifiers') or []) | map('last') | select('match', prefix) | list | count > 0",
    ...(otherModel === undefined
      ? []
      : [`not device_attr(s.entity_id, 'model') | string is match('(${otherModel})$')`]),
    ...(sibling === undefined
      ? []
      : [
          `device_entities(device_id(s.entity_id)) | map('state_attr', 'friendly_name') | select('search', '(^| )(${sibling})$') | list | count > 0`,
        ]),
  ].join(' and ');
}

/** The entities to watch: those that were chosen, and those of the kind in the areas and with the labels that were
 * chosen; all of the kind if nothing was. */
export const watchedTemplate = (kind: WatchedKind): string =>
  [
    '{%- set ns = namespace(watched=subjects | list) -%}',
    "{%- set places = areas | map('area_entities') | sum(start=[]) + labels | map('label_entities') | sum(start=[]) + labels | map('label_devices') | sum(start=[]) | map('device_entities') | sum(start=[]) -%}",
    '{%- set is_narrowed = areas | count + labels | count > 0 -%}',
    "{%- set prefix = base_topic | regex_replace('[^a-zA-Z0-9_-]', '_') ~ '_' -%}",
    '{%- if subjects | count == 0 or is_narrowed -%}',
    `{%- for s in states.${kind.domain} if s.entity_id not in ns.watched and (not is_narrowed or s.entity_id in places) and ${isOfKind(kind)} -%}`,
    '{%- set ns.watched = ns.watched + [s.entity_id] -%}',
    '{%- endfor -%}{%- endif -%}',
    '{{ ns.watched }}',
  ].join('\n');

/** Changes when an entity of this domain is added or removed: Home Assistant looks again only then, for nothing but the
 * number is asked. */
export const entityCountTemplate = ({ domain }: WatchedKind): string => `{{ states.${domain} | count }}`;
