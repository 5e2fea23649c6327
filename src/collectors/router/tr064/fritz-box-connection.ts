import { isIPv6 } from 'node:net';
import type { ClockReading } from '../../../lib/clocks.ts';
import type { resolveHostName } from '../../../lib/names/name-lookup.ts';
import { RefusalCachingActionCaller } from '../../../lib/upnp/action-caller.ts';
import { parseUpnpDescription, type UpnpDescription, type UpnpService } from '../../../lib/upnp/description.ts';
import { DigestSender } from '../../../lib/upnp/digest-sender.ts';
import { HttpClient, HttpStatusError, type SendRequest } from '../../../lib/upnp/http-client.ts';
import { buildSoapRequest } from '../../../lib/upnp/soap.ts';
import type { Secret } from '../../../model/secret.ts';
import { normalizeMacAddress } from '../../../model/shared-device.ts';
import type { TranslatableText } from '../../../model/translation.ts';
import { type FritzBoxTexts, fritzBoxTexts } from './advice.ts';
import { LoginChannel, PinnedTlsAgent } from './login-channel.ts';
import type { FritzBoxProperties, FritzBoxRequester } from './reading.ts';

const tr064Port = 49000;

/** Fault code of TR-064: “Action Not Authorized”. */
const notAuthorisedCode = 606;

/** Seconds until the description is read again, to notice a firmware update. */
const descriptionLifetimeSeconds = 3600;

const maxFailuresListed = 3;

/** The version of FRITZ!OS without the number of the hardware: `154.08.02` is version 8.02 for hardware 154. */
export const fritzOsVersionWithoutHardware = (text: string | undefined): string | undefined =>
  text?.replace(/^\d+\.0?(?=\d+\.\d)/, '');

/** Whether a device says of itself that it is a FRITZ!Box. The manufacturer was AVM until 2025. */
export const isFritzBox = ({ manufacturer = '' }: UpnpDescription): boolean => /^(AVM|FRITZ!)/i.test(manufacturer);

/** The properties of the FRITZ!Box itself. */
export function fritzBoxPropertiesOf(description: UpnpDescription | undefined): FritzBoxProperties {
  if (description === undefined) return {};
  const { friendlyName, manufacturer, model, serialNumber, firmware } = description;
  return {
    name: friendlyName ?? model,
    manufacturer,
    model,
    serialNumber: serialNumber?.replaceAll(':', ''),
    macAddress: normalizeMacAddress(serialNumber),
    firmware: fritzOsVersionWithoutHardware(firmware),
  };
}

/** What a FRITZ!Box describes and allows, over one connection. */
export class FritzBoxConnection {
  readonly #base: URL;
  readonly #clock: () => ClockReading;
  readonly #http: HttpClient;
  readonly #login: LoginChannel;
  readonly #digestSender: DigestSender | undefined;
  readonly #send: SendRequest;
  readonly #actions: RefusalCachingActionCaller;
  #description: UpnpDescription | undefined;
  #descriptionDueAt = Number.NEGATIVE_INFINITY;

  /** `address`: a host, with a port unless that is 49000. Without a password, only the description is read. */
  constructor(
    address: string,
    { username, password }: { username: string; password: Secret | undefined },
    clock: () => ClockReading,
    lookUp: typeof resolveHostName,
  ) {
    this.#base = new URL(`http://${isIPv6(address) ? `[${address.replace(/%.*/, '')}]` : address}`);
    if (this.#base.port === '') this.#base.port = String(tr064Port);
    this.#clock = clock;
    const tls = new PinnedTlsAgent();
    this.#http = new HttpClient(undefined, lookUp, tls);
    this.#login = new LoginChannel(this.#http, tls);
    this.#digestSender = password && new DigestSender(this.#http.send, { username, password });
    this.#send = (this.#digestSender ?? this.#http).send;
    this.#actions = new RefusalCachingActionCaller(this.#send, clock);
  }

  get description(): UpnpDescription | undefined {
    return this.#description;
  }

  /** Whether the login was accepted since the last interruption. */
  get isLoginAccepted(): boolean {
    return this.#digestSender?.isAccepted ?? false;
  }

  /** Reads the description if that is due. Rejects if it is not available. */
  async readDescription(signal: AbortSignal): Promise<void> {
    const seconds = this.#clock().monotonic / 1000;
    if (seconds < this.#descriptionDueAt) return;
    // Without an account there may be no FRITZ!Box, so a failed request is not repeated soon.
    this.#descriptionDueAt =
      this.#digestSender === undefined ? seconds + descriptionLifetimeSeconds : Number.NEGATIVE_INFINITY;
    const url = new URL('/tr64desc.xml', this.#base);
    const { status, body } = await this.#http.send({ url }, signal);
    if (status !== 200)
      throw new HttpStatusError(
        status,
        `${url}: HTTP ${status}${body.includes('HOSTHEADER') ? ', ERR_INVALID_HOSTHEADER' : ''}`,
      );
    const description = parseUpnpDescription(body, url);
    if (this.#description?.firmware !== description.firmware) this.forgetRefused();
    this.#description = description;
    const info = this.#deviceInfo;
    if (this.#digestSender !== undefined) this.#digestSender.loginCheck = info && buildSoapRequest(info, 'GetInfo');
    this.#descriptionDueAt = seconds + descriptionLifetimeSeconds;
  }

  /** Prepares requests with the login. Rejects with CertificateChangedError if the box is not the one that was seen
   * first. */
  openLogin(signal: AbortSignal): Promise<void> {
    return this.#login.open(this.#deviceInfo, signal);
  }

  /** SHA-256 fingerprint of the certificate that the box has shown first; undefined to accept the next one. */
  get certificate(): string | undefined {
    return this.#login.certificate;
  }

  set certificate(fingerprint: string | undefined) {
    this.#login.certificate = fingerprint;
  }

  /** Whether the login goes over HTTP; undefined until it was tried. */
  get isLoginPlain(): boolean | undefined {
    return this.#login.isPlain;
  }

  /** For one reading, whose answers are counted. */
  client(signal: AbortSignal): FritzBoxRequester {
    this.#actions.startCounting();
    return {
      now: () => this.#clock().wall,
      call: this.#actions.byServiceId(this.#description?.services ?? [], signal),
      fetch: (path) => this.#fetch(path, signal),
    };
  }

  /** The first error of this reading, if the FRITZ!Box performs no action at all. */
  failureOfAll(signal: AbortSignal): Promise<unknown> {
    return this.#actions.failureOfAll(signal);
  }

  /** To be called after an interruption: the description is read again, and the login tried anew. */
  reset(): void {
    if (this.#digestSender !== undefined) this.#descriptionDueAt = Number.NEGATIVE_INFINITY;
    this.#digestSender?.forget();
    this.#login.forget();
  }

  forgetRefused(): void {
    this.#actions.forget();
  }

  close(): void {
    this.#http.close();
  }

  /** Whether the account may not even ask for the most common information: then it may ask for nothing. */
  get deniesEverything(): boolean {
    return this.#unauthorised.some((key) => /:DeviceInfo:\d+#/.test(key));
  }

  /** A hint that lists what is not read, and why; undefined if everything is. */
  get omissions(): TranslatableText<FritzBoxTexts> | undefined {
    const refused = this.#unauthorised.map((key) => key.split(':').slice(-2).join(':')).join(', ');
    const denied = this.#actions.denied.join(', ');
    const failing = this.#actions.failing.slice(0, maxFailuresListed).join('; ');
    if (refused === '' && denied === '' && failing === '') return undefined;
    return (texts = fritzBoxTexts) =>
      [
        ...(refused === '' ? [] : [texts.mayNotAsk(refused)]),
        ...(denied === '' ? [] : [texts.deniesRequests(denied)]),
        ...(failing === '' ? [] : [texts.failsRequests(failing)]),
      ].join('; ');
  }

  get #deviceInfo(): UpnpService | undefined {
    return this.#description?.services.find(({ id }) => id === 'DeviceInfo1');
  }

  get #unauthorised(): string[] {
    return [...this.#actions.refused].filter(([, code]) => code === notAuthorisedCode).map(([key]) => key);
  }

  async #fetch(path: string, signal: AbortSignal): Promise<string | undefined> {
    const url = new URL(path, this.#base);
    url.host = this.#base.host;
    const reply = await this.#actions.unlessDenied(url.pathname, () => this.#send({ url }, signal));
    if (reply === undefined || reply.status === 404) return undefined;
    const { status, body } = reply;
    if (status !== 200) throw new HttpStatusError(status, `${url.pathname}: HTTP ${status}`);
    return body;
  }
}
