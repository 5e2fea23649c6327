import type { UpnpService } from '../../../lib/upnp/description.ts';
import { HttpStatusError } from '../../../lib/upnp/http-client.ts';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import { parseExternalIpv4Fields, parseLinkAndAddonFields, parseStatusInfoFields } from './wan-fields.ts';

/** Calls an action; undefined if the router cannot perform it. */
export type CallAction = (service: UpnpService, action: string) => Promise<SoapFields | undefined>;

/** The service of a connection, and what it answered. */
export interface WanConnection {
  service: UpnpService;
  status: SoapFields | undefined;
  ipv4: string | undefined;
}

const isSameService = (a: UpnpService, b: UpnpService | undefined) =>
  a.controlUrl.href === b?.controlUrl.href && a.type === b.type;

const statusOf = ({ status }: WanConnection) => parseStatusInfoFields(status).status;
const isConnected = (connection: WanConnection) => statusOf(connection) === 'connected';
const hasAddress = ({ ipv4 }: WanConnection) => ipv4 !== undefined;

/** Of the connections that a router lists, the one in use: several may say that they are connected, but only one has an address.
 * The `previous` one is asked first. Rejects with HttpStatusError if all of them are denied. */
export async function findConnection(
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
        connection.ipv4 = parseExternalIpv4Fields(await call(service, 'GetExternalIPAddress'));
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

/** The line that a connection uses: WANCommonInterfaceConfig and its link. It stands in the same WANDevice, right before the
 * connection; where a router lists all services in one place, a line that is down is none of a connection that is up. */
export async function findLine(
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
      parseLinkAndAddonFields(answer.link, undefined).link !== false
    )
      return answer;
    answers.push(answer);
  }
  return answers[0] ?? { service: undefined, link: undefined };
}
