import { bounds } from '../model/bounds.ts';
import { parseJsonWithin } from '../model/json.ts';

/** Home Assistant's abbreviations of the keys that announcements of this program have
 * (homeassistant/components/mqtt/abbreviations.py), each with its long form. */
const componentKeys = new Map([
  ['avty', 'availability'],
  ['avty_mode', 'availability_mode'],
  ['cmd_t', 'command_topic'],
  ['cmps', 'components'],
  ['def_ent_id', 'default_entity_id'],
  ['dev', 'device'],
  ['dev_cla', 'device_class'],
  ['en', 'enabled_by_default'],
  ['ent_cat', 'entity_category'],
  ['evt_typ', 'event_types'],
  ['ic', 'icon'],
  ['o', 'origin'],
  ['obj_id', 'object_id'],
  ['ops', 'options'],
  ['p', 'platform'],
  ['pl_off', 'payload_off'],
  ['pl_on', 'payload_on'],
  ['pl_prs', 'payload_press'],
  ['stat_cla', 'state_class'],
  ['stat_t', 'state_topic'],
  ['sug_dsp_prc', 'suggested_display_precision'],
  ['t', 'topic'],
  ['uniq_id', 'unique_id'],
  ['unit_of_meas', 'unit_of_measurement'],
  ['val_tpl', 'value_template'],
]);
const deviceKeys = new Map([
  ['cns', 'connections'],
  ['cu', 'configuration_url'],
  ['hw', 'hw_version'],
  ['ids', 'identifiers'],
  ['mdl', 'model'],
  ['mf', 'manufacturer'],
  ['sa', 'suggested_area'],
  ['sn', 'serial_number'],
  ['sw', 'sw_version'],
]);
const originKeys = new Map([
  ['sw', 'sw_version'],
  ['url', 'support_url'],
]);

type Members = Record<string, unknown>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const withLongKeys = (value: unknown, longKeys: ReadonlyMap<string, string>): unknown =>
  isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [longKeys.get(key) ?? key, member]))
    : value;

/** The topic that a `~` at its beginning or end stands in for. */
const withBase = (topic: unknown, base: unknown): unknown =>
  typeof topic === 'string' && typeof base === 'string'
    ? topic.replace(/^~/, () => base).replace(/~$/, () => base)
    : topic;

const isAbbreviated = (value: unknown) =>
  isObject(value) && Object.keys(value).some((key) => key === '~' || componentKeys.has(key));

function expandComponent(value: unknown, sharedBase: unknown): unknown {
  // A machine can have thousands of components, which this program publishes in full.
  if (sharedBase === undefined && isObject(value) && ![value, value.availability].flat().some(isAbbreviated))
    return value;
  const component = withLongKeys(value, componentKeys);
  if (!isObject(component)) return component;
  const { '~': base = sharedBase, availability, ...members } = component;
  const expanded = Object.entries(members).map(([key, member]) => [
    key,
    key.endsWith('topic') ? withBase(member, base) : member,
  ]);
  const expandAvailability = (one: unknown) => {
    const long = withLongKeys(one, componentKeys);
    return isObject(long) && 'topic' in long ? { ...long, topic: withBase(long.topic, base) } : long;
  };
  return {
    ...Object.fromEntries(expanded),
    ...(availability === undefined
      ? {}
      : {
          availability: Array.isArray(availability)
            ? availability.map(expandAvailability)
            : expandAvailability(availability),
        }),
  };
}

/** A discovery payload with long keys and whole topics, whether or not it was written with Home Assistant's
 * abbreviations; what is no object stays as it is. Throws for text that is not JSON or beyond the bounds of a
 * message. */
export function parseAndExpandDiscoveryJson(payload: string): unknown {
  const announcement = withLongKeys(parseJsonWithin(payload, bounds.brokerMessage), componentKeys);
  if (!isObject(announcement)) return announcement;
  const { '~': base, device, origin, components, ...members } = announcement;
  return {
    ...members,
    ...(device === undefined ? {} : { device: withLongKeys(device, deviceKeys) }),
    ...(origin === undefined ? {} : { origin: withLongKeys(origin, originKeys) }),
    ...(components === undefined
      ? {}
      : {
          components: isObject(components)
            ? Object.fromEntries(Object.entries(components).map(([key, one]) => [key, expandComponent(one, base)]))
            : components,
        }),
  };
}
