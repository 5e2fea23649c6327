import type { AnsweringAddressFinder } from '../../../lib/names/answering-address.ts';
import { discoverDescriptionUrls } from '../../../lib/ssdp.ts';
import { RefusalCachingActionCaller } from '../../../lib/upnp/action-caller.ts';
import { parseUpnpDescription, type UpnpDescription } from '../../../lib/upnp/description.ts';
import { HttpClient, HttpStatusError, NoReplyError, type SendRequest } from '../../../lib/upnp/http-client.ts';
import { hostInUrl } from '../../../model/host-in-url.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import type { WanReading } from '../reading.ts';
import { type FritzBoxTexts, fritzBoxTexts } from '../tr064/advice.ts';
import { WanReader } from './wan-reader.ts';

/** A description and its URL. */
interface LocatedDescription {
  url: URL;
  description: UpnpDescription;
}

/** Rejects with NoReplyError, HttpStatusError, or an Error that quotes what was found instead. */
async function fetchLocatedDescription(url: URL, send: SendRequest, signal: AbortSignal): Promise<LocatedDescription> {
  const { status, body } = await send({ url }, signal);
  if (status !== 200) throw new HttpStatusError(status, `${url.href}: HTTP ${status}`);
  return { url, description: parseUpnpDescription(body, url) };
}

/** The first description that fits. No second path is tried at a port that does not answer. `ports`: the URLs of each
 * port. */
async function findLocatedDescription(
  ports: readonly (readonly URL[])[],
  send: SendRequest,
  fits: (description: UpnpDescription) => boolean,
  signal: AbortSignal,
): Promise<LocatedDescription | undefined> {
  for (const urls of ports) {
    for (const url of urls) {
      try {
        const found = await fetchLocatedDescription(url, send, signal);
        if (fits(found.description)) return found;
      } catch (error) {
        if (error instanceof NoReplyError) break;
      }
    }
  }
  return undefined;
}

/** Where routers keep their descriptions, by port: FRITZ!Boxes, miniupnpd, and firmware that is based on Intel's or the
 * Portable SDK. */
const usualPorts: readonly [port: number, paths: readonly string[]][] = [
  [49000, ['igddesc.xml', 'fboxdesc.xml']],
  [5000, ['rootDesc.xml']],
  [49152, ['rootDesc.xml', 'gatedesc.xml', 'igd.xml']],
  [1900, ['rootDesc.xml', 'igd.xml', 'gatedesc.xml']],
  [2869, ['rootDesc.xml']],
  [80, ['rootDesc.xml', 'DeviceDescription.xml']],
];

const descriptionUrlsGroupedByPort = (address: string): URL[][] =>
  usualPorts.map(([port, paths]) => paths.map((path) => new URL(`http://${hostInUrl(address)}:${port}/${path}`)));

/** Where a FRITZ!Box reveals its firmware and serial number without a login. */
const tr064DescriptionUrl = (address: string): URL => new URL(`http://${hostInUrl(address)}:49000/tr64desc.xml`);

const wanServiceType = /:service:WAN(?:CommonInterfaceConfig|IPConnection|PPPConnection):\d+$/;

/** Whether the device is a gateway to the internet; a repeater is not. */
const isInternetGateway = ({ services }: UpnpDescription): boolean =>
  services.some(({ type }) => wanServiceType.test(type));

/** Milliseconds between searches for a description, and until a known one is read again. */
const searchPauseMs = 600_000;
const descriptionLifetimeMs = 6 * 3600_000;

/** Seconds to wait for an answer, and for one at a port where nothing may be listening. */
const answerTimeoutSeconds = 4;
const searchTimeoutSeconds = 1.5;

/** What a router reveals without a login. */
export interface IgdReading {
  description?: UpnpDescription | undefined;
  wan?: WanReading | undefined;
  hint?: TranslatableText<FritzBoxTexts> | undefined;
}

export interface IgdDiscoveryOptions {
  /** URL of its description, if the settings name one. */
  description: URL | undefined;
  /** Whether to search for the description over SSDP too. */
  ssdp: boolean;
}

/** Reads the Internet Gateway Device of one host, which requires no login. */
export class IgdClient {
  readonly #options: IgdDiscoveryOptions;
  readonly #address: AnsweringAddressFinder;
  readonly #http: HttpClient;
  readonly #searchHttp: HttpClient;
  readonly #actions: RefusalCachingActionCaller;
  readonly #wan: WanReader;
  #found: LocatedDescription | undefined;
  /** URL at which the description was last found. */
  #knownUrl: URL | undefined;
  #readAt = 0;
  #nextSearch = 0;
  #hint: TranslatableText<FritzBoxTexts> | undefined;

  constructor(options: IgdDiscoveryOptions, address: AnsweringAddressFinder) {
    this.#options = options;
    this.#address = address;
    this.#http = new HttpClient(answerTimeoutSeconds, address.lookUp);
    this.#searchHttp = new HttpClient(searchTimeoutSeconds, address.lookUp);
    this.#actions = new RefusalCachingActionCaller(this.#http.send);
    this.#wan = new WanReader(this.#actions);
    this.#knownUrl = options.description;
  }

  /** Rejects if a router that has answered before no longer does. */
  async read(signal: AbortSignal): Promise<IgdReading> {
    const address = await this.#address.find();
    // A URL cannot hold a link-local address with its zone.
    if (address.includes('%')) return {};
    try {
      await this.#find(address, signal);
      if (this.#found === undefined) return { hint: this.#hint };
      const { description } = this.#found;
      return { description, wan: await this.#wan.read(description, signal) };
    } catch (error) {
      this.#found = undefined;
      throw error;
    } finally {
      // Routers allow few connections, and drop idle ones.
      this.close();
    }
  }

  /** To be called after an interruption: another router may have taken its place, or its description may have moved. */
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

  /** Reads the description at its last URL. Rejects if the router hangs, or if no search is due. */
  async #readAgain(isDue: boolean, signal: AbortSignal): Promise<LocatedDescription | undefined> {
    if (this.#knownUrl === undefined) return undefined;
    try {
      return await fetchLocatedDescription(this.#knownUrl, this.#http.send, signal);
    } catch (error) {
      const isHung = error instanceof NoReplyError && error.code === undefined;
      if (isHung || !isDue) throw error;
      return undefined;
    }
  }

  async #search(address: string, signal: AbortSignal): Promise<LocatedDescription | undefined> {
    this.#nextSearch = performance.now() + searchPauseMs;
    const { send } = this.#searchHttp;
    const discovered = this.#options.ssdp ? await discoverDescriptionUrls(address, signal) : [];
    const found = await findLocatedDescription(
      [...discovered.map((url) => [url]), ...descriptionUrlsGroupedByPort(address)],
      send,
      isInternetGateway,
      signal,
    );
    const isHidden =
      found === undefined &&
      (await findLocatedDescription([[tr064DescriptionUrl(address)]], send, isInternetGateway, signal)) !== undefined;
    this.#hint = isHidden ? (texts = fritzBoxTexts) => texts.hidesStatus : undefined;
    return found;
  }
}
