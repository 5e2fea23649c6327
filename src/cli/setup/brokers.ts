import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { findMdnsServicesByType, type MdnsService } from '../../lib/mdns.ts';
import { printableBrokerUrl } from '../../mqtt/settings.ts';

/** A broker found on the network. */
export interface FoundBroker {
  address: string;
  /** How it was found: `Home Assistant “Home” runs there`. */
  because: string;
}

/** Service types in mDNS. */
const types = { mqtt: '_mqtt._tcp.local', homeAssistant: '_home-assistant._tcp.local' } as const;
/** Time for services to answer. */
const listeningMs = 1500;
const connectTimeoutMs = 2000;
const mqttPort = 1883;

const listens = (host: string) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ host, port: mqttPort, timeout: connectTimeoutMs });
    const over = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => over(true));
    socket.once('error', () => over(false));
    socket.once('timeout', () => over(false));
  });

/** The host name if this machine can resolve it, because addresses change; otherwise the address. */
const hostOf = ({ host, address }: MdnsService) =>
  lookup(host, 4).then(
    (found) => (found.address === address ? host : address),
    () => address,
  );

const at = (host: string, number = mqttPort) => printableBrokerUrl({ protocol: 'mqtt', host, port: number });

/** Finds announced brokers, brokers on a Home Assistant host, and one on this machine. */
export async function findBrokers(): Promise<FoundBroker[]> {
  const services = await findMdnsServicesByType(Object.values(types), listeningMs);
  const brokers = await Promise.all(
    (services.get(types.mqtt) ?? []).map(async (one) => ({
      address: at(await hostOf(one), one.port),
      because: `“${one.name}” is announced by mDNS`,
    })),
  );
  const beside = await Promise.all(
    (services.get(types.homeAssistant) ?? []).map(async (one) => {
      const host = await hostOf(one);
      return (await listens(host))
        ? [
            {
              address: at(host),
              because: `Home Assistant “${one.properties.get('location_name') ?? one.name}” runs there`,
            },
          ]
        : [];
    }),
  );
  const guesses = await Promise.all(
    [
      { host: 'homeassistant.local', because: 'Home Assistant’s usual name' },
      { host: '127.0.0.1', because: 'on this machine' },
    ].map(async ({ host, because }) => ((await listens(host)) ? [{ address: at(host), because }] : [])),
  );
  const found = new Map<string, FoundBroker>();
  for (const one of [...beside.flat(), ...brokers, ...guesses.flat()])
    if (!found.has(one.address)) found.set(one.address, one);
  return [...found.values()];
}
