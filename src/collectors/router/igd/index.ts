import type { AddressResolver } from '../address-resolver.ts';
import { HttpClient, NoReplyError } from '../soap/http-client.ts';
import { SupportedActions } from '../soap/supported-actions.ts';
import type { UpnpDescription } from '../soap/upnp-description.ts';
import { descriptionUrlsAt, hasWanService, tr064DescriptionUrl } from './description-urls.ts';
import { fetchDescription, findDescription, type LocatedDescription } from './find-description.ts';
import type { WanReading } from './reading.ts';
import { discoverLocations } from './ssdp.ts';
import { WanReader } from './wan-reader.ts';

/** Milliseconds between looks for a description where there was none, and after which one is read anew. */
const searchPauseMs = 600_000;
const descriptionLifetimeMs = 6 * 3600_000;

/** Seconds for an answer, and for one of a port where there may be nothing. */
const answerTimeoutSeconds = 4;
const searchTimeoutSeconds = 1.5;

/** What a box tells everyone. */
export interface IgdReading {
  /** What it is. */
  description?: UpnpDescription | undefined;
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

const upnpOff =
  'it tells nothing of the internet connection without a login: switch on “Transmit status information over UPnP” (Home Network, Network, Network Settings)';

/** The Internet Gateway Device of one host, which needs no login. */
export class IgdClient {
  readonly #options: IgdOptions;
  readonly #addresses: AddressResolver;
  readonly #http = new HttpClient(answerTimeoutSeconds);
  readonly #searchHttp = new HttpClient(searchTimeoutSeconds);
  readonly #actions = new SupportedActions(this.#http.send);
  readonly #wan = new WanReader(this.#actions);
  #found: LocatedDescription | undefined;
  /** Where it was the last time. */
  #knownUrl: URL | undefined;
  #readAt = 0;
  #nextSearch = 0;
  #hint: string | undefined;

  constructor(options: IgdOptions, addresses: AddressResolver) {
    this.#options = options;
    this.#addresses = addresses;
    this.#knownUrl = options.description;
  }

  /** Rejects where a box that has told something does not answer any more. */
  async read(signal: AbortSignal): Promise<IgdReading> {
    const address = await this.#addresses.resolve(this.#options.host);
    try {
      await this.#find(address, signal);
      if (this.#found === undefined) return { hint: this.#hint };
      const { description } = this.#found;
      return { description: description, wan: await this.#wan.read(description, signal) };
    } catch (error) {
      this.#found = undefined;
      throw error;
    } finally {
      // Boxes have few connections, and drop those that wait.
      this.close();
    }
  }

  /** The box was away: it may be another now, or somewhere else. */
  renew(): void {
    this.#found = undefined;
    this.#nextSearch = 0;
  }

  close(): void {
    this.#http.close();
    this.#searchHttp.close();
  }

  async #find(address: string, signal: AbortSignal): Promise<void> {
    const now = performance.now();
    if (this.#found !== undefined && now - this.#readAt < descriptionLifetimeMs) return;
    const isDue = this.#options.description === undefined && now >= this.#nextSearch;
    this.#found = await this.#readAgain(isDue, signal);
    if (this.#found === undefined && isDue) this.#found = await this.#search(address, signal);
    if (this.#found === undefined) return;
    this.#knownUrl = this.#found.url;
    this.#readAt = now;
    this.#hint = undefined;
    this.#actions.forget();
  }

  /** Where it was. Rejects where the box hangs, or is not to be looked for elsewhere now. */
  async #readAgain(isDue: boolean, signal: AbortSignal): Promise<LocatedDescription | undefined> {
    if (this.#knownUrl === undefined) return undefined;
    try {
      return await fetchDescription(this.#knownUrl, this.#http.send, signal);
    } catch (error) {
      const hangs = error instanceof NoReplyError && error.code === undefined;
      if (hangs || !isDue) throw error;
      return undefined;
    }
  }

  async #search(address: string, signal: AbortSignal): Promise<LocatedDescription | undefined> {
    this.#nextSearch = performance.now() + searchPauseMs;
    const { send } = this.#searchHttp;
    const discovered = this.#options.ssdp ? await discoverLocations(address, signal) : [];
    const found = await findDescription(
      [...discovered.map((url) => [url]), ...descriptionUrlsAt(address)],
      send,
      hasWanService,
      signal,
    );
    const hides =
      found === undefined &&
      (await findDescription([[tr064DescriptionUrl(address)]], send, hasWanService, signal)) !== undefined;
    this.#hint = hides ? upnpOff : undefined;
    return found;
  }
}
