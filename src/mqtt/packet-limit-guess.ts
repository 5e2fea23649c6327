import type { InFlightMessageAtDisconnect } from './in-flight-limiter.ts';

/** A packet of this size is not what makes a broker close the connection, however low its limit. */
const unsuspiciousBytes = 4096;
/** Connections in a row that the broker must close on the same topic: fewer may be a link that breaks by chance. */
const limitDisconnects = 3;

/** The limit of a broker that does not announce its maximum packet size, but closes the connection on a larger packet.
 * If several connections in a row end with the same topic, the next one sends only smaller packets. The limit and the
 * suspicion end with a connection on which the agent was online, because the broker’s configuration may have
 * changed. */
export class PacketLimitGuess {
  /** Topic that was being sent when the last connections ended, and how many in a row. */
  #suspect: { topic: string; disconnects: number } | undefined;
  #bytes: number | undefined;

  /** Size of a packet at which the broker closes the connection, if it does. */
  get bytes(): number | undefined {
    return this.#bytes;
  }

  /** `sending`: what was being sent when the connection ended. True if a limit was learned. */
  connectionEnded(sending: InFlightMessageAtDisconnect | undefined, wasOnline: boolean): boolean {
    const earlier = wasOnline ? undefined : this.#suspect;
    this.#suspect = undefined;
    if (wasOnline) this.#bytes = undefined;
    if (sending === undefined || sending.bytes <= unsuspiciousBytes || !sending.isLargest) return false;
    const { topic, bytes } = sending;
    const disconnects = earlier?.topic === topic ? earlier.disconnects + 1 : 1;
    this.#suspect = { topic, disconnects };
    if (this.#bytes === undefined && disconnects < limitDisconnects) return false;
    this.#bytes = bytes;
    return true;
  }
}
