import { type AgentProcess, startAgent } from '../../helpers/agent.ts';
import { type Mosquitto, startMosquitto } from '../../helpers/mosquitto.ts';
import { type Observer, observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { HomeAssistant } from './home-assistant.ts';

export const discoveryTopic = 'homeassistant/device/infra-monitor_testling/testling/config';

export interface Component {
  platform: string;
  unique_id: string;
  default_entity_id: string;
  /** None where Home Assistant names it by its device class. */
  name?: string;
  state_topic: string;
  value_template?: string;
  device_class?: string;
  unit_of_measurement?: string;
  state_class?: string;
  entity_category?: string;
  enabled_by_default?: boolean;
  /** Of every entity but the agent's own lifeline. */
  availability?: object[];
}

export interface Stage {
  mosquitto: Mosquitto;
  observer: Observer;
  homeAssistant: HomeAssistant;
  agent: AgentProcess;
  startAgent(more?: Record<string, string>): AgentProcess;
  /** What the agent announces now, by component key. */
  components(): Map<string, Component>;
  /** Seconds until every enabled entity is available again. */
  untilAvailable(): Promise<number>;
  /** Seconds until every entity is unavailable. */
  untilUnavailable(): Promise<number>;
}

/** A broker that keeps what it is told over a restart, Home Assistant, and the agent. */
export async function stage(
  settings: Record<string, string> = {},
  prepare?: (observer: Observer) => Promise<void>,
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
  await prepare?.(observer);
  const start = (more = {}) =>
    startAgent({ MQTT_URL: mosquitto.url, SITE: 'Berlin', HOST_SCHEDULE: '*/2 * * * * *', ...settings, ...more });

  const components = () => {
    const { components: all } = JSON.parse(observer.topics.get(discoveryTopic) ?? '{"components":{}}') as {
      components: Record<string, Component>;
    };
    return new Map(Object.entries(all));
  };
  const enabled = () =>
    [...components().values()].filter(
      (component) => component.enabled_by_default !== false && component.availability !== undefined,
    );
  const allAre = async (available: boolean) => {
    const states = await homeAssistant.states().catch(() => undefined);
    const registry = await homeAssistant.registry().catch(() => undefined);
    const wanted = enabled();
    // Home Assistant before 2025.10 gives ids of its own.
    const stateOf = ({ unique_id: id }: Component) => states?.get(registry?.get(id)?.entity_id ?? '')?.state;
    return (
      wanted.length > 0 &&
      wanted.every((component) => {
        const state = stateOf(component);
        return state !== undefined && (state !== 'unavailable') === available;
      })
    );
  };
  const timed = async (available: boolean) => {
    const began = performance.now();
    await until(`every entity is ${available ? 'available' : 'unavailable'}`, () => allAre(available), 60);
    return (performance.now() - began) / 1000;
  };
  return {
    mosquitto,
    observer,
    homeAssistant,
    agent: start(),
    startAgent: start,
    components,
    untilAvailable: () => timed(true),
    untilUnavailable: () => timed(false),
  };
}
