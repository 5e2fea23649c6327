import type { AnyMetric } from '../model/metric.ts';

/** Home Assistant's platform of each kind of metric. */
const platforms = { gauge: 'sensor', counter: 'sensor', choice: 'sensor', text: 'sensor', instant: 'sensor', flag: 'binary_sensor', version: 'update' } as const;

export const platformOf = (metric: AnyMetric) => platforms[metric.kind];

/** What Home Assistant wants to know of a value, by the metric's kind. */
export function valueOptions(metric: AnyMetric): Record<string, unknown> {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return {
        device_class: metric.deviceClass,
        unit_of_measurement: metric.unit,
        state_class: metric.kind === 'gauge' ? 'measurement' : 'total_increasing',
        suggested_display_precision: metric.precision ?? 0,
      };
    case 'flag':
      return { device_class: metric.deviceClass };
    case 'choice':
      return { device_class: 'enum', options: metric.options };
    case 'instant':
      // `uptime` would show it as a duration, but Home Assistant before 2026.5 drops the entity.
      return { device_class: 'timestamp' };
    case 'text':
    case 'version':
      return {};
  }
}

/** A template that takes the metric out of its device's JSON. An update entity wants JSON again, which Python's own notation is not. */
export const valueTemplate = (key: string, metric: AnyMetric) =>
  metric.kind === 'version'
    ? `{% if value_json.${key} %}{{ {'installed_version': value_json.${key}.installed, 'latest_version': value_json.${key}.latest} | tojson }}{% endif %}`
    : `{{ value_json.${key} }}`;
