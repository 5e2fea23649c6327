import { type AgentProcess, startAgent } from './agent.ts';
import { freePort } from './ports.ts';
import { until } from './until.ts';

/** Settings with a broker of its own on a free port. */
export const embedded = async () => ({ MQTT_URL: `embedded://127.0.0.1:${await freePort()}` });
const over = async (agent: AgentProcess) => ({ status: await agent.ended, output: agent.output() });
/** Runs the program to its end. */
export const run = (settings: Record<string, string>, ...args: string[]) => over(startAgent(settings, args));

/** Starts the program and waits until it is connected. */
export async function running(settings: Record<string, string>): Promise<AgentProcess> {
  const agent = startAgent(settings);
  await until('connected', () => agent.output().includes('MQTT: connected'));
  return agent;
}
