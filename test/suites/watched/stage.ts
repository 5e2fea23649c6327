import { type AgentProcess, startAgent } from '../../helpers/agent.ts';
import { type Mosquitto, startMosquitto } from '../../helpers/mosquitto.ts';
import { type Observer, observe } from '../../helpers/observer.ts';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';

type Values = Record<string, unknown>;

export interface Stage {
  mosquitto: Mosquitto;
  observer: Observer;
  homeAssistant: HomeAssistant;
  /** An agent that does nothing but watch, each second. */
  startAgent(settings: Record<string, string>, args?: string[]): AgentProcess;
  /** What the agent says of a Home Assistant, awaited until it is in this state. */
  see(state: string, device?: string, seconds?: number): Promise<Values>;
  /** The events it has told, oldest first. */
  events(): Values[];
}

export const topicOf = (device: string) => `infra-monitor/testling/home_assistant/${device}`;

/** A broker, the real Home Assistant on it, and someone who watches the agent. */
export async function stage(prepare?: (folder: string) => void): Promise<Stage> {
  const mosquitto = await startMosquitto();
  const observer = await observe(mosquitto.url);
  const homeAssistant = await HomeAssistant.start(mosquitto.port, prepare);
  const quiet = {
    HOST_SCHEDULE: 'off',
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
    AGENT_SCHEDULE: 'off',
    HOME_ASSISTANT_SCHEDULE: '* * * * * *',
  };
  return {
    mosquitto,
    observer,
    homeAssistant,
    startAgent: (settings, args) => startAgent({ MQTT_URL: mosquitto.url, ...quiet, ...settings }, args),
    async see(state, device = 'home_assistant', seconds = 60) {
      return JSON.parse(
        await observer.see(topicOf(device), (payload) => payload.includes(`"state":"${state}"`), seconds),
      ) as Values;
    },
    events: () =>
      observer.messages
        .filter(({ topic }) => topic.endsWith('/event'))
        .map(({ payload }) => JSON.parse(payload) as Values),
  };
}
