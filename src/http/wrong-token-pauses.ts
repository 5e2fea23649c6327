import { bounds } from '../model/bounds.ts';
import { addressOrIpv6Network } from './connection-limit.ts';

const firstPauseMs = 1000;
const maxPauseMs = 60_000;

interface Attempts {
  /** Different wrong tokens in a row. */
  count: number;
  latest: string;
  pauseEnd: number;
}

/** Makes peers wait that try one token after the other. One that sends the same wrong token again and again, as a
 * program with old settings does, guesses nothing. */
export class WrongTokenPauses {
  readonly #byPeer = new Map<string, Attempts>();
  readonly #warn: (text: string) => void;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  /** Milliseconds for which a peer has to wait. */
  remainingMs(address: string | undefined): number {
    return Math.max(0, (this.#byPeer.get(addressOrIpv6Network(address))?.pauseEnd ?? 0) - performance.now());
  }

  right(address: string | undefined): void {
    this.#byPeer.delete(addressOrIpv6Network(address));
  }

  /** `token`: as it was sent, or its digest. */
  wrong(address: string | undefined, token: string): void {
    const peer = addressOrIpv6Network(address);
    const before = this.#byPeer.get(peer);
    if (before?.latest === token) return;
    const count = (before?.count ?? 0) + 1;
    const excess = count - bounds.wrongTokens.items;
    const pauseMs = excess < 0 ? 0 : Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(excess, 6));
    // The peer that was seen last comes last, so that the bound costs the one that has been quiet for longest.
    this.#byPeer.delete(peer);
    this.#byPeer.set(peer, { count, latest: token, pauseEnd: performance.now() + pauseMs });
    const [oldest] = this.#byPeer.keys();
    if (this.#byPeer.size > bounds.httpPeers.items && oldest !== undefined) this.#byPeer.delete(oldest);
    if (excess === 0) this.#warn(`HTTP: ${count} different wrong tokens from ${peer}: it has to wait after each one`);
  }
}
