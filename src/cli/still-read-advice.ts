import type { DeviceOrPartAddress } from '../model/address.ts';

const stopTheAgent = 'Or stop the agent first';
const machineAdvice = 'It is the machine that the agent runs on: stop the agent first';

/** By the collector that reads a device as a whole; the machine is a device of the first two. */
const adviceByCollector: ReadonlyMap<string, string> = new Map([
  ['host', machineAdvice],
  ['agent', machineAdvice],
  [
    'router',
    `Remove it from FRITZBOX_HOSTS; without FRITZBOX_HOSTS, the agent reads the default gateway unless ROUTER_SCHEDULE is off. ${stopTheAgent}`,
  ],
  ['home_assistant', `Remove it from HA_BASE_URL. ${stopTheAgent}`],
]);

/** What to do before the data of something can be removed that a running agent still reads. */
export function stillReadAdvice(addresses: readonly DeviceOrPartAddress[]): string {
  const collectors = new Set(addresses.filter(({ part }) => part === undefined).map(({ collector }) => collector));
  const found = [...adviceByCollector].find(([collector]) => collectors.has(collector));
  return found?.[1] ?? `Disconnect it, or exclude it in the agent’s settings. ${stopTheAgent}`;
}
