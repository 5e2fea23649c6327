import { createConnection } from 'node:net';

// The part of the D-Bus wire protocol that reading a property needs:
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
  args: readonly string[];
}

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

/** A method call whose arguments are strings. */
function encodeCall(serial: number, { args, ...address }: Call): Buffer {
  const values = Object.entries({ ...address, ...(args.length > 0 ? { signature: 's'.repeat(args.length) } : {}) });
  const body = args.reduce((all, arg) => Buffer.concat([pad(all, 4), encodeString(arg)]), Buffer.alloc(0));
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
function parseMessage(
  data: Buffer,
): { type: number; replyTo: number | undefined; body: Buffer; length: number } | undefined {
  if (data.length < 16) return undefined;
  const headerEnd = align(16 + data.readUInt32LE(12), 8);
  const length = headerEnd + data.readUInt32LE(4);
  if (data.length < length) return undefined;
  return {
    type: data.readUInt8(1),
    replyTo: replySerial(data.subarray(16, 16 + data.readUInt32LE(12))),
    body: data.subarray(headerEnd, length),
    length,
  };
}

/** Header field 5: the serial number of the call that the message replies to. */
function replySerial(header: Buffer): number | undefined {
  for (let at = 0; at + 4 <= header.length; ) {
    const code = header.readUInt8(at);
    const type = String.fromCharCode(header.readUInt8(at + 2));
    const value = at + 4;
    if (code === 5) return header.readUInt32LE(value);
    const size = type === 'u' ? 4 : type === 'g' ? 2 + header.readUInt8(value) : 5 + header.readUInt32LE(value);
    at = align(value + size, 8);
  }
  return undefined;
}

/** Reads a property of type uint32 over the bus at a socket. Rejects if the bus sends nothing for `seconds`. */
export function readDbusUint32Property(
  socketPath: string,
  address: { destination: string; path: string; interface: string; property: string },
  seconds: number,
): Promise<number> {
  const hello = {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'Hello',
    args: [],
  };
  const { property, ...object } = address;
  const get = {
    ...object,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    args: [address.interface, property],
  };
  const label = `${address.destination} ${property} on ${socketPath}`;
  return new Promise<number>((resolve, reject) => {
    const socket = createConnection(socketPath);
    const fail = (reason: string) => reject(new Error(`${label}: ${reason}`));
    let data = Buffer.alloc(0);
    let authenticated = false;
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer in ${seconds} s`)));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('closed'));
    socket.on('connect', () =>
      socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`),
    );
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      if (!authenticated) {
        const end = data.indexOf('\r\n');
        if (end < 0) return;
        if (!data.toString('latin1', 0, end).startsWith('OK '))
          return void socket.destroy(new Error('authentication refused'));
        authenticated = true;
        data = data.subarray(end + 2);
        socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), encodeCall(1, hello), encodeCall(2, get)]));
      }
      for (let found = parseMessage(data); found; found = parseMessage(data)) {
        data = data.subarray(found.length);
        if (found.replyTo !== 2) continue;
        // A variant: the signature “u” (three bytes, padded to four), then the number.
        if (found.type === methodReturn && found.body.toString('latin1', 0, 3) === '\u0001u\0')
          resolve(found.body.readUInt32LE(4));
        else
          fail(
            found.type === errorReply ? found.body.toString('utf8', 4).replace(/\0$/, '') : 'unexpected type of reply',
          );
        socket.end();
      }
    });
  });
}
