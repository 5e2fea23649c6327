import { createConnection } from 'node:net';
import { bounds } from '../model/bounds.ts';

// The part of the D-Bus wire protocol that listing systemd’s units needs:
// https://dbus.freedesktop.org/doc/dbus-specification.html

const methodCall = 1;
const methodReturn = 2;
const errorReply = 3;
const noAutoStartFlag = 2;
/** Header fields: code and type signature of the value. */
const headerFields = {
  path: [1, 'o'],
  interface: [2, 's'],
  member: [3, 's'],
  destination: [6, 's'],
  signature: [8, 'g'],
} as const;

interface Call {
  destination: string;
  path: string;
  interface: string;
  member: string;
}

/** Name, description, load state, active state, sub-state, followed unit, object path, and the job with its type and
 * path (org.freedesktop.systemd1(5), ListUnitsFiltered). */
const unitTypes = 'ssssssouso';

const align = (length: number, bytes: number) => Math.ceil(length / bytes) * bytes;

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

const encodeString = (text: string) => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(`${text}\0`)]);
const encodeSignature = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(`${text}\0`)]);
const pad = (buffer: Buffer, bytes: number) =>
  Buffer.concat([buffer, Buffer.alloc(align(buffer.length, bytes) - buffer.length)]);

/** A method call, with a list of strings as its argument if there is one. */
function encodeCall(serial: number, address: Call, list?: readonly string[]): Buffer {
  const values = Object.entries({ ...address, ...(list === undefined ? {} : { signature: 'as' }) });
  const strings = (list ?? []).reduce((all, text) => Buffer.concat([pad(all, 4), encodeString(text)]), Buffer.alloc(0));
  const body = list === undefined ? strings : Buffer.concat([uint32(strings.length), strings]);
  const header = values.reduce((all, [name, value]) => {
    const [code, type] = headerFields[name as keyof typeof headerFields];
    return Buffer.concat([
      pad(all, 8),
      Buffer.from([code]),
      encodeSignature(type),
      type === 'g' ? encodeSignature(value) : encodeString(value),
    ]);
  }, Buffer.alloc(0));
  const start = Buffer.concat([
    Buffer.from(['l'.charCodeAt(0), methodCall, noAutoStartFlag, 1]),
    uint32(body.length),
    uint32(serial),
    uint32(header.length),
  ]);
  return Buffer.concat([pad(Buffer.concat([start, header]), 8), body]);
}

/** The first message in the data; undefined if it is incomplete. */
function parseMessage(data: Buffer) {
  if (data.length < 16) return undefined;
  const headerEnd = align(16 + data.readUInt32LE(12), 8);
  const length = headerEnd + data.readUInt32LE(4);
  if (data.length < length) return undefined;
  return {
    type: data.readUInt8(1),
    ...replyFields(data.subarray(16, 16 + data.readUInt32LE(12))),
    body: data.subarray(headerEnd, length),
    length,
  };
}

/** Header fields 5 and 8: the serial number of the call that the message replies to, and the types of its body. */
function replyFields(header: Buffer): { replyTo?: number; signature?: string } {
  const fields: { replyTo?: number; signature?: string } = {};
  for (let at = 0; at + 4 <= header.length; ) {
    const code = header.readUInt8(at);
    const type = String.fromCharCode(header.readUInt8(at + 2));
    const value = at + 4;
    if (code === 5) fields.replyTo = header.readUInt32LE(value);
    if (code === 8) fields.signature = header.toString('latin1', value + 1, value + 1 + header.readUInt8(value));
    const size = type === 'u' ? 4 : type === 'g' ? 2 + header.readUInt8(value) : 5 + header.readUInt32LE(value);
    at = align(value + size, 8);
  }
  return fields;
}

/** Reads a body that begins with an array of structs: the first string of each. */
function firstStringOfStructs(body: Buffer, memberTypes: string): string[] {
  const end = align(4, 8) + body.readUInt32LE(0);
  const strings: string[] = [];
  for (let at = 8; at < end; ) {
    at = align(at, 8);
    for (const [index, type] of [...memberTypes].entries()) {
      at = align(at, 4) + 4;
      if (type === 'u') continue;
      const length = body.readUInt32LE(at - 4);
      if (index === 0) strings.push(body.toString('utf8', at, at + length));
      at += length + 1;
    }
  }
  return strings;
}

/** The bus accepted the login and then closed the connection. dbus-daemon does that to a user whose groups it can't
 * look up. */
export class UnknownDbusUserError extends Error {}

/** Names of systemd's units in a state, over the bus at a socket. Rejects if the bus sends nothing for `seconds`. */
export function listSystemdUnits(socketPath: string, state: string, seconds: number): Promise<string[]> {
  const hello = {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'Hello',
  };
  const list = {
    destination: 'org.freedesktop.systemd1',
    path: '/org/freedesktop/systemd1',
    interface: 'org.freedesktop.systemd1.Manager',
    member: 'ListUnitsFiltered',
  };
  return new Promise<string[]>((resolve, reject) => {
    const socket = createConnection(socketPath);
    const fail = (reason: string) => reject(new Error(`systemd’s units on ${socketPath}: ${reason}`));
    let data = Buffer.alloc(0);
    let authenticated = false;
    let greeted = false;
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer in ${seconds} s`)));
    const isHungUp = (error?: Error) => authenticated && !greeted && (error === undefined || 'code' in error);
    const unknownUser = `${socketPath}: the bus does not know user ${process.getuid?.()}`;
    socket.on('error', (error) =>
      isHungUp(error) ? reject(new UnknownDbusUserError(unknownUser)) : fail(error.message),
    );
    socket.on('close', () => (isHungUp() ? reject(new UnknownDbusUserError(unknownUser)) : fail('closed')));
    socket.on('connect', () =>
      socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`),
    );
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      if (data.length > bounds.dbusReply.bytes) return void socket.destroy(new Error('the answer is too long'));
      if (!authenticated) {
        const end = data.indexOf('\r\n');
        if (end < 0) return;
        if (!data.toString('latin1', 0, end).startsWith('OK '))
          return void socket.destroy(new Error('authentication refused'));
        authenticated = true;
        data = data.subarray(end + 2);
        socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), encodeCall(1, hello), encodeCall(2, list, [state])]));
      }
      try {
        for (let found = parseMessage(data); found; found = parseMessage(data)) {
          data = data.subarray(found.length);
          greeted ||= found.replyTo === 1;
          if (found.replyTo !== 2) continue;
          if (found.type === methodReturn && found.signature === `a(${unitTypes})`)
            resolve(firstStringOfStructs(found.body, unitTypes));
          else if (found.type === errorReply) fail(found.body.toString('utf8', 4).replace(/\0$/, ''));
          else fail('unexpected type of reply');
          socket.end();
        }
      } catch {
        // A length in the message leads out of it.
        socket.destroy(new Error('malformed reply'));
      }
    });
  });
}
