import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stateAndMemoryPayloadsByTopic } from '../../../src/views/state-and-event-payloads.ts';
import { problemList } from '../../helpers/agent-directory.ts';
import { discoveryPayloads } from '../../helpers/discovery.ts';
import { exampleLab, type Machine, retainedOf } from '../../helpers/lab.ts';
import { type Mosquitto, startMosquitto } from '../../helpers/mosquitto.ts';
import { type Observer, observe } from '../../helpers/observer.ts';
import { agent, device, probe, stateOf } from '../../helpers/sample-collector.ts';
import { until } from '../../helpers/until.ts';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';

export const folder = join(import.meta.dirname, '../../../ha-config');
const blueprints = join(folder, 'blueprints/automation');

interface Component {
  unique_id?: string;
  default_entity_id?: string;
  state_topic: string;
  enabled_by_default?: boolean;
}

/** What a phone would have shown. */
export interface Told {
  title: string;
  message: string;
  tag: string;
  over: boolean;
}

/** A device with every kind of metric, for what no machine of the example has. */
function thing(): Map<string, string> {
  const collector = probe(async () => []);
  const reading = {
    level: 1,
    total: 2,
    on: true,
    mood: 'good',
    note: '',
    since: new Date('2026-01-02T03:04:05Z'),
    firmware: { installed: '1.0', latest: '1.0' },
  };
  const state = stateOf(collector, [{ table: 'thing', device, reading }]);
  const of = { ...agent, id: 'probe' };
  return new Map([
    ...stateAndMemoryPayloadsByTopic([collector], of, state),
    ...discoveryPayloads([collector], of, state),
    ['infra-monitor/probe/status', 'online'],
  ]);
}

export interface Stage {
  mosquitto: Mosquitto;
  observer: Observer;
  homeAssistant: HomeAssistant;
  /** Ids of all entities that are announced and enabled, as suggested. Home Assistant before 2025.10 makes others, and
   * everything here translates them. */
  entities: string[];
  /** The id that Home Assistant has given an entity. */
  idOf(entity: string): string;
  /** Publishes one entity's value as its agent would. */
  set(entity: string, value: unknown): Promise<void>;
  /** The agent of a machine is gone or back, by its last will and its birth. */
  alive(machine: string, lives: boolean): Promise<void>;
  /** An automation from one of the blueprints, made as the user interface makes it, that publishes what it tells. */
  automate(blueprint: string, input: object, id?: string): Promise<void>;
  told: Told[];
  untilTold(count: number): Promise<Told[]>;
  shows(entity: string, state: string): Promise<void>;
}

/** The example lab on a broker that keeps it, and Home Assistant with all its entities. `language`: the folder of the
 * blueprints. */
export async function stage(
  machines: readonly Machine[] = exampleLab,
  language: 'infra_monitor' | 'infra_monitor_de' = 'infra_monitor',
): Promise<Stage> {
  const mosquitto = await startMosquitto([
    'allow_anonymous true',
    'persistence true',
    'persistence_location FOLDER/',
    'autosave_interval 1',
    'autosave_on_changes true',
  ]);
  const observer = await observe(mosquitto.url);
  const homeAssistant = await HomeAssistant.start(mosquitto.port);
  const lists = machines.map(({ agent: { id } }): [string, string] => [`infra-monitor/${id}/problems`, problemList()]);
  const retained = new Map([...machines.flatMap((machine) => [...retainedOf(machine)]), ...lists, ...thing()]);
  for (const [topic, payload] of retained) await observer.client.publishAsync(topic, payload, { retain: true, qos: 1 });
  const components = [...retained]
    .filter(([topic]) => topic.endsWith('/config'))
    .flatMap(([, payload]) =>
      Object.entries((JSON.parse(payload) as { components: Record<string, Component> }).components),
    );
  const enabled = components.filter(
    ([, component]) => component.default_entity_id !== undefined && component.enabled_by_default !== false,
  );
  const entities = enabled.map(([, component]) => String(component.default_entity_id));

  const ids = new Map<string, string>();
  const idOf = (entity: string) => ids.get(entity) ?? entity;
  const shows = async (entity: string, state: string) => {
    await until(
      `${entity} is ${state}`,
      async () => (await homeAssistant.states()).get(idOf(entity))?.state === state,
      60,
    );
  };
  const set = async (entity: string, value: unknown) => {
    const [key = '', component] = components.find(([, { default_entity_id: id }]) => id === entity) ?? [];
    if (component === undefined) throw new Error(`nobody announces ${entity}`);
    const before = JSON.parse(observer.topics.get(component.state_topic) ?? '{}') as Record<string, unknown>;
    await observer.client.publishAsync(
      component.state_topic,
      JSON.stringify({ ...before, [key.split('-')[2] ?? '']: value }),
      { retain: true, qos: 1 },
    );
  };
  const alive = async (machine: string, lives: boolean) => {
    await observer.client.publishAsync(`infra-monitor/${machine}/status`, lives ? 'online' : 'offline', {
      retain: true,
      qos: 1,
    });
  };

  const told: Told[] = [];
  observer.client.on('message', (topic, payload) => {
    if (topic !== 'told') return;
    const one = JSON.parse(payload.toString()) as Told;
    const suggested = [...ids].find(([, id]) => one.tag.endsWith(`_${id}`));
    const [entity = '', id = ''] = suggested ?? [];
    told.push({ ...one, tag: one.tag.slice(0, one.tag.length - id.length) + entity });
  });
  const untilTold = (count: number) =>
    until(`${count} messages of ${JSON.stringify(told)}`, () => told.length >= count && told, 60);

  await until(
    'all entities',
    async () => {
      const [states, registry] = [await homeAssistant.states(), await homeAssistant.registry('infra-monitor_')];
      for (const [, { unique_id = '', default_entity_id = '' }] of enabled) {
        const id = registry.get(unique_id)?.entity_id;
        if (id === undefined || (states.get(id)?.state ?? 'unavailable') === 'unavailable') return false;
        ids.set(default_entity_id, id);
      }
      return true;
    },
    60,
  );
  for (const file of readdirSync(join(blueprints, language))) {
    await homeAssistant.ask('blueprint/save', {
      domain: 'automation',
      path: `${language}/${file}`,
      yaml: readFileSync(join(blueprints, language, file), 'utf8'),
    });
  }
  const automate = async (blueprint: string, input: object, id = blueprint) => {
    const payload = "{{ {'title': title, 'message': message, 'tag': tag, 'over': over} | tojson }}";
    const tell = [{ action: 'mqtt.publish', data: { topic: 'told', payload, qos: 1 } }];
    const own = Object.fromEntries(
      Object.entries(input).map(([name, value]) => [
        name,
        ['subjects', 'explained_by'].includes(name) ? (value as string[]).map(idOf) : value,
      ]),
    );
    const config = { alias: id, use_blueprint: { path: `${language}/${blueprint}.yaml`, input: { tell, ...own } } };
    await homeAssistant.call('POST', `config/automation/config/${id}`, config);
    await until(
      `${id} has begun`,
      async () => {
        const automation = (await homeAssistant.states()).get(`automation.${id}`);
        return automation?.state === 'on' && typeof automation.attributes.last_triggered === 'string';
      },
      60,
    );
  };
  return { mosquitto, observer, homeAssistant, entities, idOf, set, alive, automate, told, untilTold, shows };
}
