import { createHash } from 'node:crypto';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, connect } from 'node:tls';
import type { UpnpService } from '../../../lib/upnp/description.ts';
import {
  CertificateChangedError,
  type HttpClient,
  HttpStatusError,
  NoReplyError,
} from '../../../lib/upnp/http-client.ts';
import { buildSoapRequest, parseSoapHttpReply, SoapFaultError } from '../../../lib/upnp/soap.ts';
import type { DeviceMemories } from '../../../model/device-memories.ts';

/** Long enough to tell two logins apart, too short to reveal anything about one. */
export const loginFingerprint = (...login: string[]) =>
  createHash('sha256').update(login.join('\n')).digest('hex').slice(0, 4);

/** Which device may get the login: none, one that shows itself to be a FRITZ!Box, or any. */
export type AllowedLoginRecipient = 'none' | 'fritz_box' | 'any';

/** Where a login is stored, so that it outlives the process. */
export interface LoginMemorySlot {
  memory: DeviceMemories;
  device: string;
}

/** Milliseconds until a TLS handshake is given up. */
const handshakeTimeoutMs = 5000;

type ConnectionCallback = (error: Error | null, socket: Duplex) => void;

/** Connects to a server with a self-signed certificate, which it accepts at first sight, and then no other one. Nothing
 * is sent before the certificate is checked. */
export class PinnedTlsAgent extends HttpsAgent {
  /** SHA-256 fingerprint of the certificate, in hexadecimal; undefined until one is seen. */
  fingerprint: string | undefined;

  constructor() {
    super({ keepAlive: true, maxSockets: 1 });
  }

  override createConnection(options: object, callback?: ConnectionCallback): undefined {
    const socket = connect({
      ...(options as ConnectionOptions),
      rejectUnauthorized: false,
      // Old boxes know nothing better, and the certificate is known.
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT:@SECLEVEL=0',
    });
    const timer = setTimeout(() => socket.destroy(new Error('no TLS handshake')), handshakeTimeoutMs);
    socket.once('error', (error) => callback?.(error, socket));
    socket.once('close', () => clearTimeout(timer));
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      const fingerprint = socket.getPeerCertificate().fingerprint256?.replaceAll(':', '');
      this.fingerprint ??= fingerprint;
      if (fingerprint === undefined || fingerprint !== this.fingerprint)
        socket.destroy(new CertificateChangedError('the server presents a different certificate than before'));
      else callback?.(null, socket);
    });
    return undefined;
  }
}

const securityPortAction = 'GetSecurityPort';

/** HTTP statuses of a box that does not know the action. */
const unknownActionStatuses = new Set([401, 403, 404]);

/** Whether an answer says that the box offers no TLS; other errors may pass. */
const isUnknownAction = (error: unknown): boolean =>
  error instanceof SoapFaultError || (error instanceof HttpStatusError && unknownActionStatuses.has(error.status));

/** Turns on TLS before requests with the login, to the box whose certificate was seen first. A box that never offered
 * TLS gets them over HTTP; a digest does not contain the password, but does not protect the answers either. */
export class LoginChannel {
  readonly #http: HttpClient;
  readonly #agent: PinnedTlsAgent;
  #isOpen = false;

  /** `http` uses `agent` for TLS. */
  constructor(http: HttpClient, agent: PinnedTlsAgent) {
    this.#http = http;
    this.#agent = agent;
  }

  /** SHA-256 fingerprint of the certificate that the box has shown first. */
  get certificate(): string | undefined {
    return this.#agent.fingerprint;
  }

  set certificate(fingerprint: string | undefined) {
    this.#agent.fingerprint = fingerprint;
    // A connection that is open has shown another one.
    this.#http.close();
  }

  /** Whether the login goes over HTTP; undefined until that is known. */
  get isPlain(): boolean | undefined {
    return this.#isOpen ? this.#http.tlsPort === undefined : undefined;
  }

  /** Finds out whether the box offers TLS, if that is not known. Rejects with CertificateChangedError if it shows
   * another certificate than before, or none any more. */
  async open(deviceInfo: UpnpService | undefined, signal: AbortSignal): Promise<void> {
    if (this.#isOpen) return;
    const hasTls = deviceInfo !== undefined && (await this.#turnOnTls(deviceInfo, signal));
    if (!hasTls && this.certificate !== undefined) throw new CertificateChangedError('the box no longer offers TLS');
    this.#isOpen = true;
  }

  /** To be called after an interruption: the box may offer something else now. */
  forget(): void {
    this.#isOpen = false;
    this.#http.tlsPort = undefined;
  }

  /** Asks for the port a second time over TLS, since a firewall may drop it. */
  async #turnOnTls(deviceInfo: UpnpService, signal: AbortSignal): Promise<boolean> {
    const wasSeen = this.certificate !== undefined;
    const request = buildSoapRequest(deviceInfo, securityPortAction);
    const readPort = async () =>
      parseSoapHttpReply(await this.#http.send(request, signal), securityPortAction).count('SecurityPort');
    try {
      const port = await readPort();
      if (port === undefined || port === 0 || port > 65_535) return false;
      this.#http.tlsPort = port;
      await readPort();
      return true;
    } catch (error) {
      const isOverTls = this.#http.tlsPort !== undefined;
      this.#http.tlsPort = undefined;
      if (!isOverTls && isUnknownAction(error)) return false;
      if (!isOverTls || wasSeen || signal.aborted || !(error instanceof NoReplyError)) throw error;
      return false;
    }
  }
}
