import { createSocket, type RemoteInfo } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';

/** RFC 6762, section 3. */
const group = '224.0.0.251';
const mdnsPort = 5353;

/** Types of records (RFC 1035, section 3.2.2; RFC 2782). */
const recordType = { a: 1, ptr: 12, txt: 16, srv: 33 } as const;

/** Compressed names can refer to each other in a loop. */
const mostLabels = 128;

/** A service announced on the local network. */
export interface MdnsService {
  /** Instance name, such as `Mosquitto on nas`. */
  name: string;
  /** `homeassistant.local` */
  host: string;
  address: string;
  port: number;
  /** `base_url=http://…` of a Home Assistant, and the like. */
  properties: ReadonlyMap<string, string>;
}

interface Answer {
  name: string;
  type: number;
  data: Buffer;
  /** Offset of the data in the message; compressed names refer to the message. */
  offset: number;
}

function question(types: readonly string[]): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt16BE(types.length, 4);
  const questions = types.map((type) => {
    const labels = type.split('.').map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
    // Class IN with the unicast-response bit (RFC 6762, section 5.4).
    return Buffer.concat([...labels, Buffer.of(0, 0, recordType.ptr, 0x80, 1)]);
  });
  return Buffer.concat([header, ...questions]);
}

/** Without control characters, which a terminal would interpret. */
const shown = (bytes: Buffer) => bytes.toString('utf8').replaceAll(/\p{C}/gu, '');

/** Reads a name; `end` is the offset after it (RFC 1035, section 4.1.4). */
function nameAt(message: Buffer, start: number): { labels: string[]; end: number } {
  const labels: string[] = [];
  let end: number | undefined;
  let at = start;
  for (let count = 0; count < mostLabels; count += 1) {
    const length = message.readUInt8(at);
    if (length === 0) return { labels, end: end ?? at + 1 };
    if (length >= 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
    } else {
      labels.push(shown(message.subarray(at + 1, at + 1 + length)));
      at += length + 1;
    }
  }
  throw new RangeError('endless name');
}

const nameOf = (message: Buffer, start: number) => nameAt(message, start).labels.join('.');

/** Reads all records. Throws a RangeError if the message is truncated. */
function recordsIn(message: Buffer): Answer[] {
  const questions = message.readUInt16BE(4);
  const count = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
  let at = 12;
  for (let index = 0; index < questions; index += 1) at = nameAt(message, at).end + 4;
  return Array.from({ length: count }, () => {
    const { labels, end } = nameAt(message, at);
    const length = message.readUInt16BE(end + 8);
    const offset = end + 10;
    at = offset + length;
    if (at > message.length) throw new RangeError('truncated record');
    return { name: labels.join('.'), type: message.readUInt16BE(end), data: message.subarray(offset, at), offset };
  });
}

/** The strings of a TXT record (RFC 6763, section 6). */
function propertiesIn(data: Buffer): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < data.length; at += (data[at] ?? 0) + 1) {
    const [, key, value = ''] = /^([^=]+)=?(.*)$/s.exec(shown(data.subarray(at + 1, at + 1 + (data[at] ?? 0)))) ?? [];
    if (key !== undefined) found.set(key.toLowerCase(), value);
  }
  return found;
}

/** The services of this type in a message; none if the message is malformed. */
export function parseMdnsServices(message: Buffer, type: string, from: string): MdnsService[] {
  try {
    const records = recordsIn(message);
    return records
      .filter((record) => record.type === recordType.srv && record.name.endsWith(`.${type}`))
      .map(({ name, data, offset }) => {
        const target = nameOf(message, offset + 6);
        const address = records
          .find((record) => record.type === recordType.a && record.name === target && record.data.length === 4)
          ?.data.join('.');
        const text =
          records.find((record) => record.type === recordType.txt && record.name === name)?.data ?? Buffer.alloc(0);
        return {
          name: name.slice(0, -type.length - 1),
          host: target,
          address: address ?? from,
          port: data.readUInt16BE(4),
          properties: propertiesIn(text),
        };
      });
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Asks the network for services of these types (`_mqtt._tcp.local`) and collects answers for a while. */
export async function findMdnsServicesByType(
  types: readonly string[],
  milliseconds: number,
): Promise<Map<string, MdnsService[]>> {
  const found = new Map(types.map((type) => [type, new Map<string, MdnsService>()]));
  const socket = createSocket('udp4');
  // Without a network there are no answers.
  const failed = new Promise<void>((resolve) => socket.on('error', () => resolve()));
  socket.on('message', (message: Buffer, { address }: RemoteInfo) => {
    for (const [type, services] of found)
      for (const service of parseMdnsServices(message, type, address)) services.set(service.name, service);
  });
  socket.send(question(types), mdnsPort, group);
  await Promise.race([pause(milliseconds), failed]);
  socket.close();
  return new Map([...found].map(([type, services]) => [type, [...services.values()]]));
}
