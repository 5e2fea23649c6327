import type { Addresses } from '../addresses.ts';
import type { Description } from '../soap/description.ts';
import { Line, Unanswered } from '../soap/line.ts';
import { Repertoire } from '../soap/repertoire.ts';
import { hasWan, identityPlace, placesAt } from './places.ts';
import type { WanReading } from './reading.ts';
import { describedAt, type Place, search } from './search.ts';
import { locations } from './ssdp.ts';
import { Wan } from './wan.ts';

/** Milliseconds between looks for a description where there was none, and after which one is read anew. */
const searchPause = 600_000;
const lasting = 6 * 3600_000;

/** Seconds for an answer, and for one of a port where there may be nothing. */
const patience = 4;
const shortPatience = 1.5;

/** What a box tells everyone. */
export interface IgdReading {
  /** What it is. */
  about?: Description | undefined;
  wan?: WanReading | undefined;
  hint?: string | undefined;
}

export interface IgdOptions {
  host: string;
  /** Where its description stands, if the settings say. */
  description: URL | undefined;
  /** Look for it by SSDP too. */
  ssdp: boolean;
}

const upnpOff = 'it tells nothing of the internet connection without a login: switch on “Transmit status information over UPnP” (Home Network, Network, Network Settings)';

/** The Internet Gateway Device of one host, which needs no login. */
export class Igd {
  readonly #options: IgdOptions;
  readonly #addresses: Addresses;
  readonly #line = new Line(patience);
  readonly #searchLine = new Line(shortPatience);
  readonly #repertoire = new Repertoire(this.#line.send);
  readonly #wan = new Wan(this.#repertoire);
  #place: Place | undefined;
  /** Where it was the last time. */
  #known: URL | undefined;
  #readAt = 0;
  #nextSearch = 0;
  #hint: string | undefined;

  constructor(options: IgdOptions, addresses: Addresses) {
    this.#options = options;
    this.#addresses = addresses;
    this.#known = options.description;
  }

  /** Rejects where a box that has told something does not answer any more. */
  async read(signal: AbortSignal): Promise<IgdReading> {
    const address = await this.#addresses.of(this.#options.host);
    try {
      await this.#find(address, signal);
      if (this.#place === undefined) return { hint: this.#hint };
      const { description } = this.#place;
      return { about: description, wan: await this.#wan.read(description, signal) };
    } catch (error) {
      this.#place = undefined;
      throw error;
    } finally {
      // Boxes have few connections, and drop those that wait.
      this.close();
    }
  }

  /** The box was away: it may be another now, or somewhere else. */
  renew(): void {
    this.#place = undefined;
    this.#nextSearch = 0;
  }

  close(): void {
    this.#line.close();
    this.#searchLine.close();
  }

  async #find(address: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (this.#place !== undefined && now - this.#readAt < lasting) return;
    const isDue = this.#options.description === undefined && now >= this.#nextSearch;
    this.#place = await this.#again(isDue, signal);
    if (this.#place === undefined && isDue) this.#place = await this.#search(address, signal);
    if (this.#place === undefined) return;
    this.#known = this.#place.url;
    this.#readAt = now;
    this.#hint = undefined;
    this.#repertoire.forget();
  }

  /** Where it was. Rejects where the box hangs, or is not to be looked for elsewhere now. */
  async #again(isDue: boolean, signal: AbortSignal): Promise<Place | undefined> {
    if (this.#known === undefined) return undefined;
    try {
      return await describedAt(this.#known, this.#line.send, signal);
    } catch (error) {
      const hangs = error instanceof Unanswered && error.code === undefined;
      if (hangs || !isDue) throw error;
      return undefined;
    }
  }

  async #search(address: string, signal: AbortSignal): Promise<Place | undefined> {
    this.#nextSearch = performance.now() + searchPause;
    const { send } = this.#searchLine;
    const told = this.#options.ssdp ? await locations(address, signal) : [];
    const found = await search([...told.map((url) => [url]), ...placesAt(address)], send, hasWan, signal);
    const hides = found === undefined && (await search([[identityPlace(address)]], send, hasWan, signal)) !== undefined;
    this.#hint = hides ? upnpOff : undefined;
    return found;
  }
}
