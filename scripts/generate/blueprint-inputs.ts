import { Scalar } from 'yaml';
import { supportUrl } from '../../src/version.ts';
import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import type { AlertDefinition, AlertLimit } from './alerts.ts';
import type { BlueprintTexts } from './blueprint-texts.ts';

/** `!input name`, which Home Assistant replaces by the user's value. */
export const inputReference = (name: string): Scalar => Object.assign(new Scalar(name), { tag: '!input' });

/** Input for a number. */
export const numberInput = (name: string, { default: standard, unit, min, max }: AlertLimit): YamlMap => ({
  name,
  default: standard,
  selector: { number: { min, max, step: 'any', unit_of_measurement: unit, mode: 'box' } },
});

const persistentNotification: YamlMap = {
  action: 'persistent_notification.create',
  data: { title: '{{ title }}', message: '{{ message }}', notification_id: '{{ tag }}' },
};

const timeInput = (name: string) => ({ name, default: '00:00:00', selector: { time: {} } });

/** Inputs that every blueprint has beside the entities. */
export const commonInputs = (texts: BlueprintTexts) => ({
  explained_by: {
    name: texts.explainedBy,
    description: texts.explainedByDescription,
    default: [],
    selector: { entity: { multiple: true, filter: [{ domain: 'binary_sensor', device_class: 'connectivity' }] } },
  },
  telling: {
    name: texts.telling,
    icon: 'mdi:bell-outline',
    collapsed: true,
    input: {
      tell: {
        name: texts.tell,
        description: texts.tellDescription,
        default: [persistentNotification],
        selector: { action: {} },
      },
      quiet_from: {
        ...timeInput(texts.quietFrom),
        description: texts.quietFromDescription,
      },
      quiet_to: timeInput(texts.quietTo),
      at_start: {
        name: texts.atStart,
        description: texts.atStartDescription,
        default: false,
        selector: { boolean: {} },
      },
      remind_hours: numberInput(texts.remindHours, { default: 0, unit: 'h', min: 0, max: 720 }),
    },
  },
});

/** Variables with the names of their inputs. */
export const inputVariables = (inputs: readonly string[]): YamlMap =>
  Object.fromEntries(inputs.map((name) => [name, inputReference(name)]));

/** A blueprint's metadata with its inputs; without `filter` there are no entities to choose. */
export function blueprintHeader(
  {
    id,
    filter,
    limits = {},
  }: Pick<AlertDefinition, 'limits'> & Partial<Pick<AlertDefinition, 'filter'>> & { id: string },
  text: { name: string; description: string; limits?: Readonly<Record<string, string>> },
  texts: BlueprintTexts,
  inputs: YamlMap,
): YamlMap {
  return {
    name: `Infra Monitor: ${text.name}`,
    description: text.description,
    domain: 'automation',
    source_url: supportUrl && `${supportUrl}/blob/main/ha-config/blueprints/automation/${texts.folder}/${id}.yaml`,
    homeassistant: { min_version: '2025.2.0' },
    input: {
      ...(filter === undefined
        ? {}
        : {
            subjects: {
              name: texts.subjects,
              description: texts.subjectsDescription,
              default: [],
              selector: { entity: { multiple: true, filter } },
            },
            places: {
              name: texts.places,
              icon: 'mdi:map-marker-outline',
              collapsed: true,
              input: {
                areas: {
                  name: texts.areas,
                  description: texts.areasDescription,
                  default: [],
                  selector: { area: { multiple: true } },
                },
                labels: {
                  name: texts.labels,
                  description: texts.labelsDescription,
                  default: [],
                  selector: { label: { multiple: true } },
                },
                base_topic: {
                  name: 'MQTT_BASE_TOPIC',
                  description: texts.baseTopicDescription,
                  default: 'infra-monitor',
                  selector: { text: {} },
                },
              },
            },
          }),
      ...Object.fromEntries(
        Object.entries(limits).map(([key, limit]) => [key, numberInput(text.limits?.[key] ?? key, limit)]),
      ),
      ...inputs,
    },
  };
}
