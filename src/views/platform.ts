import type { AnyMetricDeclaration } from '../model/metric.ts';

/** Home Assistant's platform of each kind of metric. */
const platforms = {
  gauge: 'sensor',
  counter: 'sensor',
  enum: 'sensor',
  text: 'sensor',
  timestamp: 'sensor',
  boolean: 'binary_sensor',
  update: 'update',
} as const;

export const platformOfMetric = (metric: AnyMetricDeclaration) => platforms[metric.kind];

/** Home Assistant's names of device classes that metrics of this program have, too
 * (homeassistant/components/{sensor,binary_sensor}/strings.json). */
const deviceClassNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  sensor: { temperature: 'Temperature' },
  binary_sensor: { problem: 'Problem' },
};

/** Whether this is what Home Assistant calls a metric's entity that has no name, in its own language. */
export const isNameOfDeviceClass = (metric: AnyMetricDeclaration): boolean =>
  'deviceClass' in metric && deviceClassNames[platformOfMetric(metric)]?.[metric.deviceClass ?? ''] === metric.name;

/** The name of an entity; without one, Home Assistant names it by its device class. `shown`, `english`: the name of its
 * device and its own. Of the English ones Home Assistant before 2025.10 makes the id of a new entity, also where one of
 * the shown ones is in another language; since 2026.4 it does not know `object_id`, and ignores it. */
export const discoveryNameFields = (
  shown: { device: string; entity: string | undefined },
  english: { device: string; entity: string },
) => ({
  ...(shown.entity === undefined ? {} : { name: shown.entity }),
  ...(shown.entity === english.entity && shown.device === english.device
    ? {}
    : { object_id: `${english.device} ${english.entity}` }),
});

/** Discovery options that describe a metric's value. */
export function discoveryFieldsOfMetric(metric: AnyMetricDeclaration): Record<string, unknown> {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return {
        device_class: metric.deviceClass,
        unit_of_measurement: metric.unit,
        state_class: metric.kind === 'gauge' ? 'measurement' : 'total_increasing',
        suggested_display_precision: metric.precision ?? 0,
      };
    case 'boolean':
      return { device_class: metric.deviceClass };
    case 'enum':
      return { device_class: 'enum', options: metric.options };
    case 'timestamp':
      // `uptime` would show it as a duration, but Home Assistant before 2026.5 drops the entity.
      return { device_class: 'timestamp' };
    case 'text':
    case 'update':
      return {};
  }
}

/** Template that takes the metric out of its device's JSON. An update entity needs JSON, which Python's notation of a
 * dict is not. */
export const valueTemplate = (key: string, metric: AnyMetricDeclaration) =>
  metric.kind === 'update'
    ? `{% if value_json.${key} %}{{ {'installed_version': value_json.${key}.installed, 'latest_version': value_json.${key}.latest} | tojson }}{% endif %}`
    : `{{ value_json.${key} }}`;
