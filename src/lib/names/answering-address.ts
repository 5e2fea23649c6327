import { setTimeout as pause } from 'node:timers/promises';
import type { AddressResolver } from './address-resolver.ts';
import { type LookedUpAddress, resolveHostName } from './name-lookup.ts';

/** Milliseconds after which the next address is tried beside a silent one (RFC 8305, section 8). */
const attemptDelayMs = 250;
const raceTimeoutMs = 5000;

/** Whether something answers at an address. */
export type AddressProbe = (address: string, signal: AbortSignal) => Promise<boolean>;

/** The first address to answer; undefined if none does. An attempt begins when the one before has failed, or is silent
 * for a moment (RFC 8305, section 5). */
export async function firstAddressToAnswer(
  addresses: readonly string[],
  knock: AddressProbe,
  signal: AbortSignal,
): Promise<string | undefined> {
  const end = new AbortController();
  const attemptSignal = AbortSignal.any([signal, end.signal]);
  let win: (address: string) => void = () => undefined;
  const won = new Promise<string>((resolve) => {
    win = resolve;
  });
  const attempts: Promise<undefined>[] = [];
  try {
    for (const address of addresses) {
      const attempt = knock(address, attemptSignal).then(
        (isAnswered) => void (isAnswered && win(address)),
        () => undefined,
      ) as Promise<undefined>;
      attempts.push(attempt);
      const delay = pause(attemptDelayMs, undefined, { signal: attemptSignal }).catch(() => undefined);
      const winner = await Promise.race([won, attempt, delay]);
      if (winner !== undefined) return winner;
    }
    return await Promise.race([won, Promise.all(attempts).then(() => undefined)]);
  } finally {
    end.abort();
  }
}

/** Which of the addresses of a host answers. */
export class AnsweringAddressFinder {
  readonly #host: string;
  readonly #addresses: AddressResolver;
  readonly #knock: AddressProbe;
  #answered: string | undefined;
  #race: Promise<string | undefined> | undefined;

  constructor(host: string, addresses: AddressResolver, knock: AddressProbe) {
    this.#host = host;
    this.#addresses = addresses;
    this.#knock = knock;
  }

  /** The address that answered before, or else the first to answer, or else the first. Rejects with UnresolvedNameError
   * if the name has never been resolved. */
  async find(): Promise<string> {
    const addresses = await this.#addresses.resolve(this.#host);
    if (this.#answered === undefined || !addresses.includes(this.#answered))
      this.#answered = addresses.length > 1 ? await this.#firstToAnswer(addresses) : addresses[0];
    return this.#answered ?? addresses[0] ?? this.#host;
  }

  /** Another address that answers, now that this one is silent; undefined if there is none. */
  async findOther(silent: string): Promise<string | undefined> {
    const addresses = await this.#addresses.renew(this.#host);
    this.#answered = await this.#firstToAnswer(addresses.filter((address) => address !== silent));
    return this.#answered;
  }

  /** One race at a time, whoever needs the address. */
  async #firstToAnswer(addresses: readonly string[]): Promise<string | undefined> {
    this.#race ??= firstAddressToAnswer(addresses, this.#knock, AbortSignal.timeout(raceTimeoutMs)).finally(() => {
      this.#race = undefined;
    });
    return this.#race;
  }

  /** Looks names up for connections to this host: the address that answered comes first. */
  lookUp = async (host: string): Promise<LookedUpAddress[]> => {
    if (host !== this.#host) return resolveHostName(host);
    const addresses = await this.#addresses.resolve(host);
    const ordered = [...addresses].sort((a, b) => Number(b === this.#answered) - Number(a === this.#answered));
    return ordered.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}
