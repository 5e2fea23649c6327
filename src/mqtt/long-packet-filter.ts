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

  /** The bytes themselves, and no copy, if nothing is left out. */
  keep(bytes: Buffer): Buffer {
    const heldBack = Buffer.from(this.#header);
    const kept: Buffer[] = [];
    for (let at = 0; at < bytes.length; ) {
      const start = at;
      if (this.#remaining > 0) {
        at = Math.min(bytes.length, at + this.#remaining);
        this.#remaining -= at - start;
      } else {
        for (; at < bytes.length && !this.#isHeaderComplete; at += 1) this.#header.push(bytes.readUInt8(at));
        if (!this.#isHeaderComplete) break;
        this.#beginPacket();
        if (start === 0 && !this.#isDropped) kept.push(heldBack);
      }
      if (!this.#isDropped) kept.push(bytes.subarray(start, at));
    }
    const keptBytes = kept.reduce((sum, { length }) => sum + length, 0);
    return heldBack.length === 0 && keptBytes === bytes.length ? bytes : Buffer.concat(kept, keptBytes);
  }

  get #isHeaderComplete(): boolean {
    const [, ...lengthBytes] = this.#header;
    return lengthBytes.length === maxLengthBytes || (lengthBytes.length > 0 && !isContinued(lengthBytes));
  }

  /** Learns from its header how long the packet is, and whether it is kept. */
  #beginPacket(): void {
    const [, ...lengthBytes] = this.#header;
    const length = lengthBytes.reduce((sum, byte, index) => sum + (byte & 0x7f) * 0x80 ** index, 0);
    // After a malformed length, no packet can be told from another. The parser gets the rest, and refuses it.
    const isMalformed = isContinued(lengthBytes);
    this.#isDropped = !isMalformed && this.#header.length + length > this.#maxBytes;
    this.#remaining = isMalformed ? Number.POSITIVE_INFINITY : length;
    this.#header = [];
  }
}

/** Whether another byte of the length follows. */
const isContinued = (lengthBytes: readonly number[]) => (lengthBytes.at(-1) ?? 0) >= 0x80;
