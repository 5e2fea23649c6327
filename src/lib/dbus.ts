import { createConnection } from 'node:net';

// The D-Bus wire protocol, as much as one question needs: https://dbus.freedesktop.org/doc/dbus-specification.html

const methodCall = 1;
const methodReturn = 2;
const failure = 3;
const noAutoStart = 2;
/** Header fields, each with the type of its value. */
const fields = {
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

const aligned = (length: number, to: number) => Math.ceil(length / to) * to;

function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

const string = (text: string) => Buffer.concat([uint32(Buffer.byteLength(text)), Buffer.from(`${text}\0`)]);
const signature = (text: string) => Buffer.concat([Buffer.from([text.length]), Buffer.from(`${text}\0`)]);
const pad = (buffer: Buffer, to: number) =>
  Buffer.concat([buffer, Buffer.alloc(aligned(buffer.length, to) - buffer.length)]);

/** A method call with string arguments only. */
function message(serial: number, { args, ...address }: Call): Buffer {
  const values = Object.entries({ ...address, ...(args.length > 0 ? { signature: 's'.repeat(args.length) } : {}) });
  const body = args.reduce((all, arg) => Buffer.concat([pad(all, 4), string(arg)]), Buffer.alloc(0));
  const header = values.reduce((all, [name, value]) => {
    const [code, type] = fields[name as keyof typeof fields];
    return Buffer.concat([
      pad(all, 8),
      Buffer.from([code]),
      signature(type),
      type === 'g' ? signature(value) : string(value),
    ]);
  }, Buffer.alloc(0));
  const start = Buffer.concat([
    Buffer.from(['l'.charCodeAt(0), methodCall, noAutoStart, 1]),
    uint32(body.length),
    uint32(serial),
    uint32(header.length),
  ]);
  return Buffer.concat([pad(Buffer.concat([start, header]), 8), body]);
}

/** A whole message at the front of what has come, if there is one. */
function parse(data: Buffer): { type: number; replyTo: number | undefined; body: Buffer; length: number } | undefined {
  if (data.length < 16) return undefined;
  const headerEnd = aligned(16 + data.readUInt32LE(12), 8);
  const length = headerEnd + data.readUInt32LE(4);
  if (data.length < length) return undefined;
  return {
    type: data.readUInt8(1),
    replyTo: replySerial(data.subarray(16, 16 + data.readUInt32LE(12))),
    body: data.subarray(headerEnd, length),
    length,
  };
}

/** Field 5 of the header: which call this answers. */
function replySerial(header: Buffer): number | undefined {
  for (let at = 0; at + 4 <= header.length; ) {
    const code = header.readUInt8(at);
    const type = String.fromCharCode(header.readUInt8(at + 2));
    const value = at + 4;
    if (code === 5) return header.readUInt32LE(value);
    const size = type === 'u' ? 4 : type === 'g' ? 2 + header.readUInt8(value) : 5 + header.readUInt32LE(value);
    at = aligned(value + size, 8);
  }
  return undefined;
}

/** Asks one property, a number of 32 bits, over the bus at a socket. Rejects when the bus is silent for `seconds`. */
export function readUint32Property(
  socketPath: string,
  name: { destination: string; path: string; interface: string; property: string },
  seconds: number,
): Promise<number> {
  const hello = {
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'Hello',
    args: [],
  };
  const { property, ...place } = name;
  const get = {
    ...place,
    interface: 'org.freedesktop.DBus.Properties',
    member: 'Get',
    args: [name.interface, property],
  };
  const label = `${name.destination} ${property} on ${socketPath}`;
  return new Promise<number>((resolve, reject) => {
    const socket = createConnection(socketPath);
    const fail = (why: string) => reject(new Error(`${label}: ${why}`));
    let data = Buffer.alloc(0);
    let begun = false;
    socket.setTimeout(seconds * 1000, () => socket.destroy(new Error(`no answer in ${seconds} s`)));
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('closed'));
    socket.on('connect', () =>
      socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`),
    );
    socket.on('data', (chunk) => {
      data = Buffer.concat([data, chunk]);
      if (!begun) {
        const end = data.indexOf('\r\n');
        if (end < 0) return;
        if (!data.toString('latin1', 0, end).startsWith('OK ')) return void socket.destroy(new Error('refused'));
        begun = true;
        data = data.subarray(end + 2);
        socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), message(1, hello), message(2, get)]));
      }
      for (let found = parse(data); found; found = parse(data)) {
        data = data.subarray(found.length);
        if (found.replyTo !== 2) continue;
        // The variant: signature “u” (three bytes, padded to four), then the number.
        if (found.type === methodReturn && found.body.toString('latin1', 0, 3) === '\u0001u\0')
          resolve(found.body.readUInt32LE(4));
        else
          fail(
            found.type === failure ? found.body.toString('utf8', 4).replace(/\0$/, '') : 'an answer of another kind',
          );
        socket.end();
      }
    });
  });
}
