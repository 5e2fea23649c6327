import type { RefusalCachingActionCaller } from '../../../lib/upnp/action-caller.ts';
import type { UpnpDescription, UpnpService } from '../../../lib/upnp/description.ts';
import { HttpStatusError } from '../../../lib/upnp/http-client.ts';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import type { WanReading } from '../reading.ts';
import {
  parseCommonLinkProperties,
  parseConnectionStatusInfo,
  parseExternalIpv4Address,
  parseExternalIpv6Address,
  parseIpv6Prefix,
  parseIsDsliteActive,
} from './wan-fields.ts';
import { WanTrafficMeter } from './wan-traffic-meter.ts';

/** Calls an action; undefined if the router cannot perform it. */
type CallAction = (service: UpnpService, action: string) => Promise<SoapFields | undefined>;

/** The service of a connection, and what it answered. */
interface WanConnection {
  service: UpnpService;
  status: SoapFields | undefined;
  ipv4: string | undefined;
}

const isSameService = (a: UpnpService, b: UpnpService | undefined) =>
  a.controlUrl.href === b?.controlUrl.href && a.type === b.type;

const statusOf = ({ status }: WanConnection) => parseConnectionStatusInfo(status).status;
const isConnected = (connection: WanConnection) => statusOf(connection) === 'connected';
const hasAddress = ({ ipv4 }: WanConnection) => ipv4 !== undefined;

/** Of the connections that a router lists, the one in use: several may say that they are connected, but only one has an
 * address. The `previous` one is asked first. Rejects with HttpStatusError if all of them are denied. */
async function findConnection(
  services: readonly UpnpService[],
  previous: UpnpService | undefined,
  call: CallAction,
): Promise<WanConnection | undefined> {
  const listed = services.filter(({ type }) => /:service:WAN(?:IP|PPP)Connection:\d+$/.test(type));
  const found: WanConnection[] = [];
  let denial: HttpStatusError | undefined;
  for (const service of listed.sort(
    (a, b) => Number(isSameService(b, previous)) - Number(isSameService(a, previous)),
  )) {
    try {
      const connection: WanConnection = { service, status: await call(service, 'GetStatusInfo'), ipv4: undefined };
      if (isConnected(connection) || statusOf(connection) === undefined)
        connection.ipv4 = parseExternalIpv4Address(await call(service, 'GetExternalIPAddress'));
      found.push(connection);
      if (isConnected(connection) && hasAddress(connection)) break;
    } catch (error) {
      if (!(error instanceof HttpStatusError)) throw error;
      denial = error;
    }
  }
  if (found.length === 0 && denial !== undefined) throw denial;
  return (
    found.find((connection) => isConnected(connection) && hasAddress(connection)) ??
    found.find(isConnected) ??
    found.find(hasAddress) ??
    found.find(({ status }) => status !== undefined) ??
    found[0]
  );
}

/** The line that a connection uses: WANCommonInterfaceConfig and its link. It stands in the same WANDevice, right
 * before the connection; where a router lists all services in one place, a line that is down is none of a connection
 * that is up. */
async function findLine(
  services: readonly UpnpService[],
  connection: WanConnection | undefined,
  call: CallAction,
): Promise<{ service: UpnpService | undefined; link: SoapFields | undefined }> {
  const position = connection === undefined ? 0 : services.indexOf(connection.service);
  const distance = (service: UpnpService) => {
    const before = position - services.indexOf(service);
    const isElsewhere = service.wanDevice !== connection?.service.wanDevice;
    return (before < 0 ? services.length - before : before) + (isElsewhere ? 2 * services.length : 0);
  };
  const lines = services
    .filter(({ type }) => /:service:WANCommonInterfaceConfig:\d+$/.test(type))
    .sort((a, b) => distance(a) - distance(b));
  const answers: { service: UpnpService; link: SoapFields | undefined }[] = [];
  for (const service of lines) {
    const answer = { service, link: await call(service, 'GetCommonLinkProperties') };
    if (
      connection === undefined ||
      !isConnected(connection) ||
      parseCommonLinkProperties(answer.link, undefined).link !== false
    )
      return answer;
    answers.push(answer);
  }
  return answers[0] ?? { service: undefined, link: undefined };
}

/** Milliseconds until values that change only with the connection are read again. */
const slowIntervalMs = 300_000;

type SlowFields = Pick<WanReading, 'ipv6' | 'prefix' | 'dslite'>;

/** What is missing because the router denies it, while it answers other requests. */
const unlessDenied =
  (call: CallAction): CallAction =>
  async (service, action) => {
    try {
      return await call(service, action);
    } catch (error) {
      if (error instanceof HttpStatusError) return undefined;
      throw error;
    }
  };

/** Reads a router's internet connection, one action at a time. */
export class WanReader {
  readonly #actions: RefusalCachingActionCaller;
  /** Of the line in use: another line has counters of its own. */
  #traffic: { lineUrl: string | undefined; meter: WanTrafficMeter } | undefined;
  #connectedService: UpnpService | undefined;
  #slowValues: { connection: string; at: number; fields: SlowFields } | undefined;

  constructor(actions: RefusalCachingActionCaller) {
    this.#actions = actions;
  }

  /** Rejects if the router does not answer. */
  async read({ services, isMiniupnpd }: UpnpDescription, signal: AbortSignal): Promise<WanReading> {
    const strictCall: CallAction = (service, action) => this.#actions.callIfSupported(service, action, signal);
    const connection = await findConnection(services, this.#connectedService, strictCall);
    this.#connectedService = connection?.service;
    const callAction = connection?.status === undefined ? strictCall : unlessDenied(strictCall);
    const call = async (service: UpnpService | undefined, action: string) =>
      service === undefined ? undefined : callAction(service, action);
    const { service: line, link } = await findLine(services, connection, callAction);
    const addon = await call(line, 'GetAddonInfos');
    const single = async (direction: string) =>
      addon?.text(`X_AVM_DE_TotalBytes${direction}64`) === undefined
        ? call(line, `GetTotalBytes${direction}`)
        : undefined;
    const [received, sent] = [await single('Received'), await single('Sent')];
    const state = parseConnectionStatusInfo(connection?.status);
    const lineFields = parseCommonLinkProperties(link, addon);
    const ipv4 = connection?.ipv4;
    return {
      ...state,
      // miniupnpd takes the properties of the line from its configuration file, if it has any.
      ...(isMiniupnpd ? { link: lineFields.link } : lineFields),
      ipv4,
      ...(await this.#readSlowFields([connection?.service.controlUrl.href, ipv4, state.status].join(' '), async () => ({
        ipv6: parseExternalIpv6Address(await call(connection?.service, 'X_AVM_DE_GetExternalIPv6Address')),
        prefix: parseIpv6Prefix(await call(connection?.service, 'X_AVM_DE_GetIPv6Prefix')),
        dslite: parseIsDsliteActive(await call(line, 'X_AVM_DE_GetDsliteStatus')),
      }))),
      ...this.#meterOf(line?.controlUrl.href).read(
        { addon, single: received, lineBytesPerSecond: lineFields.downstreamBytesPerSecond },
        { addon, single: sent, lineBytesPerSecond: lineFields.upstreamBytesPerSecond },
        state.uptime,
      ),
    };
  }

  #meterOf(lineUrl: string | undefined): WanTrafficMeter {
    if (this.#traffic?.lineUrl !== lineUrl || this.#traffic === undefined)
      this.#traffic = { lineUrl, meter: new WanTrafficMeter() };
    return this.#traffic.meter;
  }

  /** Reads the values again if `connection` has changed. */
  async #readSlowFields(connection: string, call: () => Promise<SlowFields>): Promise<SlowFields> {
    if (
      this.#slowValues === undefined ||
      this.#slowValues.connection !== connection ||
      performance.now() - this.#slowValues.at > slowIntervalMs
    )
      this.#slowValues = { connection, at: performance.now(), fields: await call() };
    return this.#slowValues.fields;
  }
}
