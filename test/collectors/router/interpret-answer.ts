import {
  parseCommonLinkProperties,
  parseConnectionStatusInfo,
  parseExternalIpv4Address,
  parseExternalIpv6Address,
  parseIpv6Prefix,
} from '../../../src/collectors/router/igd/wan-fields.ts';
import { WanTrafficMeter } from '../../../src/collectors/router/igd/wan-traffic-meter.ts';
import { parsePingOutput } from '../../../src/lib/probe/ping.ts';
import { parseLocationHeader } from '../../../src/lib/ssdp.ts';
import { parseUpnpDescription } from '../../../src/lib/upnp/description.ts';
import type { HttpReply } from '../../../src/lib/upnp/http-client.ts';
import { parseSoapHttpReply, type SoapFields } from '../../../src/lib/upnp/soap.ts';

/** The address that recorded routers are assumed to have. */
export const address = new URL('http://192.0.2.1:49000/igddesc.xml');

/** The reply of a router that was recorded like this, as a body alone or as a whole response. */
export function replyOf(file: string, text: string): HttpReply {
  const [, code] = /^HTTP\/1\.\d (\d+)/.exec(text) ?? [];
  const blank = /\r?\n\r?\n/.exec(text);
  if (code !== undefined && blank !== null)
    return { status: Number(code), headers: {}, body: text.slice(blank.index + blank[0].length) };
  const status = Number(/http(\d{3})/.exec(file)?.[1] ?? (/<(?:\w+:)?Fault[\s>]/.test(text) ? 500 : 200));
  return { status, headers: {}, body: text };
}

/** All that an answer of any action reveals about the internet connection. */
function wanOf(values: SoapFields) {
  const { received, sent } = new WanTrafficMeter().read(
    { addon: values, single: values, lineBytesPerSecond: undefined },
    { addon: values, single: values, lineBytesPerSecond: undefined },
    undefined,
  );
  return {
    ...parseConnectionStatusInfo(values),
    ...parseCommonLinkProperties(values, values),
    ipv4: parseExternalIpv4Address(values),
    ipv6: parseExternalIpv6Address(values),
    prefix: parseIpv6Prefix(values),
    received,
    sent,
  };
}

const defined = (object: object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** What the agent makes of the answer of a router or the output of a command. Throws a clear error if it is
 * unusable. */
export function interpretAnswer(file: string, text: string): object {
  if (/^NOTIFY |^HTTP\/1\.\d 200[\s\S]*^location:/im.test(text)) {
    const found = text.split(/\r?\n\r?\n/).flatMap((answer) => parseLocationHeader(answer)?.href ?? []);
    return { locations: [...new Set(found)] };
  }
  if (/^(ping\/|ping)/.test(file)) {
    const stats = parsePingOutput(text);
    if (stats === undefined) throw new Error('the command measured nothing');
    return stats;
  }
  if (/<(?:\w+:)?root[\s>]/.test(text)) {
    const { services, presentation, ...identity } = parseUpnpDescription(text, address);
    return {
      ...identity,
      presentation: presentation?.href,
      services: services.map(({ type, id, controlUrl }) => `${type} ${id} ${controlUrl.href}`),
    };
  }
  const values = parseSoapHttpReply(replyOf(file, text), 'action');
  return { values, ...defined(wanOf(values)) };
}
