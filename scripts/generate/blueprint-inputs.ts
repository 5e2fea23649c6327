import { Scalar } from 'yaml';
import { supportUrl } from '../../src/version.ts';
import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import type { AlertDefinition, AlertLimit } from './alerts.ts';

/** `!input name`, which Home Assistant replaces by the user's value. */
export const inputReference = (name: string): Scalar => Object.assign(new Scalar(name), { tag: '!input' });

/** Input for a number. */
export const numberInput = ({ name, default: standard, unit, min, max }: AlertLimit): YamlMap => ({
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
export const commonInputs = {
  explained_by: {
    name: 'Explained by',
    description:
      'No notification is sent while one of these is disconnected: the router of a site, or a broker, which has an automation of its own.',
    default: [],
    selector: { entity: { multiple: true, filter: [{ domain: 'binary_sensor', device_class: 'connectivity' }] } },
  },
  telling: {
    name: 'Notifications',
    icon: 'mdi:bell-outline',
    collapsed: true,
    input: {
      tell: {
        name: 'Actions',
        description:
          'Actions that use `{{ title }}` and `{{ message }}`. `{{ tag }}` is the same for an alarm and its end; `{{ over }}` is true for the end.',
        default: [persistentNotification],
        selector: { action: {} },
      },
      quiet_from: {
        ...timeInput('Quiet from'),
        description: 'An alarm in quiet hours is sent at their end if it lasts until then.',
      },
      quiet_to: timeInput('Quiet to'),
      at_start: {
        name: 'Also when Home Assistant starts',
        description: 'Send one notification with everything that is wrong then, whether it is new or not.',
        default: false,
        selector: { boolean: {} },
      },
      remind_hours: numberInput({ name: 'Remind after (0: never)', default: 0, unit: 'h', min: 0, max: 720 }),
    },
  },
};

/** Variables with the names of their inputs. */
export const inputVariables = (inputs: readonly string[]): YamlMap =>
  Object.fromEntries(inputs.map((name) => [name, inputReference(name)]));

/** A blueprint's metadata with its inputs; without `filter` there are no entities to choose. */
export function blueprintHeader(
  {
    id,
    name,
    description,
    filter,
    limits = {},
  }: Pick<AlertDefinition, 'id' | 'name' | 'description' | 'limits'> & Partial<Pick<AlertDefinition, 'filter'>>,
  inputs: YamlMap,
): YamlMap {
  return {
    name: `Infra Monitor: ${name}`,
    description,
    domain: 'automation',
    source_url: supportUrl && `${supportUrl}/blob/main/ha-config/blueprints/automation/infra_monitor/${id}.yaml`,
    homeassistant: { min_version: '2025.2.0' },
    input: {
      ...(filter === undefined
        ? {}
        : {
            subjects: {
              name: 'Entities',
              description:
                'Without any choice here and below, everything of this kind that agents announce, now and later.',
              default: [],
              selector: { entity: { multiple: true, filter } },
            },
            places: {
              name: 'Areas and labels',
              icon: 'mdi:map-marker-outline',
              collapsed: true,
              input: {
                areas: {
                  name: 'Areas',
                  description: 'Everything of this kind in these areas.',
                  default: [],
                  selector: { area: { multiple: true } },
                },
                labels: {
                  name: 'Labels',
                  description: 'Everything of this kind with one of these labels, or on a device with one.',
                  default: [],
                  selector: { label: { multiple: true } },
                },
                base_topic: {
                  name: 'MQTT_BASE_TOPIC',
                  description: 'That of the agents.',
                  default: 'infra-monitor',
                  selector: { text: {} },
                },
              },
            },
          }),
      ...Object.fromEntries(Object.entries(limits).map(([key, limit]) => [key, numberInput(limit)])),
      ...inputs,
    },
  };
}
