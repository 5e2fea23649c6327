import type { Duplex } from 'node:stream';

/** Bytes of the length of a packet, at most (MQTT 5, section 1.5.5). */
const maxLengthBytes = 4;

/** Keeps packets that are longer from the parser, which collects each packet whole, and calls back for each chunk of
 * one. A broker was told not to send them, but only MQTT 5 can say so, and not every broker heeds it. */
export function dropPacketsAbove(stream: Duplex, maxBytes: number, onDropped = () => {}): void {
  const push = stream.push.bind(stream);
  const filter = new LongPacketFilter(maxBytes);
  stream.push = (bytes: Buffer | null) => {
    if (bytes === null) return push(bytes);
    const kept = filter.keep(bytes);
    if (kept.length > 0) return push(kept);
    if (filter.isDropping) {
      // Whoever waits for a sign of life hears that bytes have arrived.
      stream.emit('data', kept);
      onDropped();
    }
    return true;
  };
}

/** Without the bytes of packets that are longer. */
class LongPacketFilter {
  readonly #maxBytes: number;
  /** The beginning of a packet whose length is not known yet. */
  #header: number[] = [];
  /** Bytes of the current packet that are still to come. */
  #remaining = 0;
  #isDropped = false;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get isDropping(): boolean {
    return this.#isDropped;
  }

  keep(bytes: Buffer): Buffer {
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      if (this.#remaining > 0) {
        const part = bytes.subarray(at, at + this.#remaining);
        if (!this.#isDropped) kept.push(part);
        this.#remaining -= part.length;
        at += part.length;
      } else {
        this.#header.push(bytes.readUInt8(at));
        at += 1;
        const header = this.#completeHeader();
        if (header !== undefined) kept.push(header);
      }
    }
    return Buffer.concat(kept);
  }

  /** The beginning of a packet that is kept, once its length is known. */
  #completeHeader(): Buffer | undefined {
    const [, ...lengthBytes] = this.#header;
    const last = lengthBytes.at(-1);
    // A longer length is malformed, as the parser will see.
    if (last === undefined || (last >= 0x80 && lengthBytes.length < maxLengthBytes)) return undefined;
    const header = Buffer.from(this.#header);
    this.#header = [];
    this.#remaining = lengthBytes.reduce((length, byte, index) => length + (byte & 0x7f) * 0x80 ** index, 0);
    this.#isDropped = header.length + this.#remaining > this.#maxBytes;
    return this.#isDropped ? undefined : header;
  }
}
