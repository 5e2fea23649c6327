import { createConnection, type Socket } from 'node:net';
import { bounds } from '../model/bounds.ts';
import { NoAnswerError, withTimeout } from './with-timeout.ts';

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

interface Message {
  type: number;
  /** The serial number of the call that this is the reply to. */
  replyTo?: number;
  /** The types of the body. */
  signature?: string;
  body: Buffer;
  length: number;
}

/** The first message in the data; undefined if it is incomplete. */
function parseMessage(data: Buffer): Message | undefined {
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

/** Header fields 5 and 8. */
function replyFields(header: Buffer): Pick<Message, 'replyTo' | 'signature'> {
  const fields: Pick<Message, 'replyTo' | 'signature'> = {};
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
  if (end !== body.length) throw new RangeError('the array does not end where the body does');
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

const hello = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
  member: 'Hello',
};
const listUnits = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
  member: 'ListUnitsFiltered',
};

interface Waiting {
  take(reply: Message): void;
  reject(error: Error): void;
}

const noData = Buffer.alloc(0);

/** A connection to a bus, which logs in by itself, and keeps no program running that waits for nothing. */
class BusConnection {
  isOpen = true;
  readonly path: string;
  readonly #socket: Socket;
  readonly #waiting = new Map<number, Waiting>();
  #login: 'sent' | 'accepted' | 'answered' = 'sent';
  #data = noData;
  #latestSerial = 0;
  /** Calls that wait for the login. */
  #unsent: Buffer[] = [];

  constructor(path: string) {
    this.path = path;
    this.#socket = createConnection(path);
    this.#socket.on('connect', () =>
      this.#socket.write(`\0AUTH EXTERNAL ${Buffer.from(String(process.getuid?.() ?? 0)).toString('hex')}\r\n`),
    );
    this.#socket.on('data', (chunk) => this.#read(chunk));
    this.#socket.on('error', (error) => this.#end(error.message, 'code' in error));
    this.#socket.on('close', () => this.#end('closed', true));
    this.#send(hello, undefined, { take: () => undefined, reject: () => undefined });
  }

  /** The names of units in a state. */
  listUnits(state: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      const take = ({ type, signature, body }: Message) => {
        if (type === methodReturn && signature === `a(${unitTypes})`) resolve(firstStringOfStructs(body, unitTypes));
        else
          reject(
            this.#error(type === errorReply ? body.toString('utf8', 4).replace(/\0$/, '') : 'unexpected type of reply'),
          );
      };
      this.#send(listUnits, [state], { take, reject });
    });
  }

  #send(address: Call, list: readonly string[] | undefined, waiting: Waiting): void {
    this.#latestSerial += 1;
    this.#waiting.set(this.#latestSerial, waiting);
    this.#socket.ref();
    const call = encodeCall(this.#latestSerial, address, list);
    if (this.#login === 'sent') this.#unsent.push(call);
    else this.#socket.write(call);
  }

  #read(chunk: Buffer): void {
    this.#data = Buffer.concat([this.#data, chunk]);
    if (this.#data.length > bounds.dbusReply.bytes)
      return void this.#socket.destroy(new Error('the answer is too long'));
    if (this.#login === 'sent') {
      const end = this.#data.indexOf('\r\n');
      if (end < 0) return;
      if (!this.#data.toString('latin1', 0, end).startsWith('OK '))
        return void this.#socket.destroy(new Error('authentication refused'));
      this.#login = 'accepted';
      this.#data = this.#data.subarray(end + 2);
      this.#socket.write(Buffer.concat([Buffer.from('BEGIN\r\n'), ...this.#unsent]));
      this.#unsent = [];
    }
    try {
      for (let found = parseMessage(this.#data); found; found = parseMessage(this.#data)) {
        this.#data = this.#data.subarray(found.length);
        this.#take(found);
      }
      // What is left shares the memory of what was read.
      if (this.#data.length === 0) this.#data = noData;
    } catch {
      // A length in the message leads out of it.
      this.#socket.destroy(new Error('malformed reply'));
    }
  }

  #take(message: Message): void {
    const { type, replyTo = 0 } = message;
    const waiting = type === methodReturn || type === errorReply ? this.#waiting.get(replyTo) : undefined;
    if (waiting === undefined) return;
    this.#login = 'answered';
    waiting.take(message);
    this.#waiting.delete(replyTo);
    if (this.#waiting.size === 0) this.#socket.unref();
  }

  close(): void {
    this.#socket.destroy();
    this.#end('closed', false);
  }

  #error(reason: string): Error {
    return new Error(`systemd’s units on ${this.path}: ${reason}`);
  }

  #end(reason: string, isByBus: boolean): void {
    this.isOpen = false;
    const error =
      isByBus && this.#login === 'accepted'
        ? new UnknownDbusUserError(`${this.path}: the bus does not know user ${process.getuid?.()}`)
        : this.#error(reason);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Asks systemd over the bus, on a connection that stays open: to connect and log in costs more than to ask. */
export class SystemdUnitLister {
  readonly #seconds: number;
  #connection: BusConnection | undefined;

  /** `seconds`: that an answer may take. */
  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  /** The names of the units in a state, from the bus at a socket. */
  async list(socketPath: string, state: string): Promise<string[]> {
    const kept = this.#connection;
    if (kept?.isOpen && kept.path === socketPath) {
      try {
        return await this.#ask(kept, state);
      } catch (error) {
        // The bus was started again, and this process has not seen it yet.
        if (kept.isOpen || error instanceof NoAnswerError) throw error;
      }
    }
    kept?.close();
    this.#connection = new BusConnection(socketPath);
    return this.#ask(this.#connection, state);
  }

  async #ask(connection: BusConnection, state: string): Promise<string[]> {
    const units = connection.listUnits(state);
    try {
      return await withTimeout(this.#seconds * 1000, units, `systemd’s units on ${connection.path}`);
    } catch (error) {
      if (error instanceof NoAnswerError) connection.close();
      throw error;
    }
  }
}
