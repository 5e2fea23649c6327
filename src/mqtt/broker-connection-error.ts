import { describeError, UnredactedMessageError } from '../model/errors.ts';
import { isTlsProtocol, noTlsAdvice, noWebSocketAdvice } from './first-answer.ts';
import type { UnfinishedSend } from './in-flight-limiter.ts';
import type { BrokerAddress } from './settings.ts';

/** Why a connection ended or never began. */
export class BrokerConnectionError extends UnredactedMessageError {
  /** The other end did not answer as a broker of MQTT 5 does: it may speak only the older protocol, or not be a
   * broker. */
  readonly lacksVersion5Answer: boolean;
  /** The broker answered and refused the connection. */
  readonly isRefusal: boolean;
  /** What was being sent when the connection ended, as text. It differs between attempts, so the message leaves it
   * out. */
  readonly detail: string;
  /** The message that was being sent when the broker closed the connection. */
  readonly sending: UnfinishedSend | undefined;

  constructor(
    message: string,
    options: {
      lacksVersion5Answer?: boolean;
      isRefusal?: boolean;
      detail?: string;
      sending?: UnfinishedSend;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
    this.detail =
      options.detail ??
      (options.sending === undefined
        ? ''
        : ` while ${options.sending.topic} (${options.sending.bytes} bytes) was being sent`);
    this.sending = options.sending;
    this.lacksVersion5Answer = options.lacksVersion5Answer ?? false;
    this.isRefusal = options.isRefusal ?? false;
  }
}

const isLoopback = ({ host }: BrokerAddress) => host === 'localhost' || host === '::1' || host.startsWith('127.');

/** The code of an error, of MQTT (a number) or of the system. */
export const errorCodeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether the broker refused with a reason code, rather than the connection having failed. */
export const isBrokerRefusal = (error: unknown): boolean => typeof errorCodeOf(error) === 'number';

/** “Unacceptable protocol version”: MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 3.2.2.2. */
const versionRefusalCodes = new Set<unknown>([1, 0x84]);

/** Whether the broker refused the version of MQTT, and nothing else. */
export const isMqttVersionRefusal = (error: unknown): boolean => versionRefusalCodes.has(errorCodeOf(error));

/** Whether this is no answer of a broker of MQTT 5. One that speaks only the older protocol cannot read the packet: it
 * answers with a code of MQTT 3.1.1 or a general one of MQTT 5 (unspecified, malformed, protocol error, implementation,
 * version), with what cannot be parsed (an error without a code), or closes the connection, which resets it if there is
 * unread data. */
export function lacksVersion5Answer(error: unknown): boolean {
  const code = errorCodeOf(error);
  if (typeof code === 'number') return code <= 5 || (code >= 0x80 && code <= 0x84);
  return code === undefined || code === 'ECONNRESET' || code === 'EPIPE';
}

/** The error with advice on what to check. */
export function describeConnectionErrorWithAdvice(error: unknown, address: BrokerAddress): string {
  const text = describeError(error);
  switch (errorCodeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${text} (${
        address.host.endsWith('.local')
          ? 'names that end with .local need mDNS, which containers and many systems do not have: use the IP address'
          : 'check the name in MQTT_URL, or use the IP address'
      })`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return `${text} (check the address in MQTT_URL, and firewalls on the way)`;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
      return `${text} (${noTlsAdvice(address)})`;
    case 'ECONNRESET':
      if (isTlsProtocol(address)) return `${text} (${noTlsAdvice(address)})`;
      return address.protocol === 'ws' ? `${text} (${noWebSocketAdvice})` : text;
    case 'HPE_INVALID_CONSTANT':
      return `${text} (${noWebSocketAdvice})`;
    case 'CERT_NOT_YET_VALID':
    case 'CERT_HAS_EXPIRED':
      return `${text} (check the broker’s certificate, and the clocks of both machines)`;
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return `${text} (check MQTT_USERNAME and MQTT_PASSWORD)`;
    case 'ECONNREFUSED':
      return `${text} (${isLoopback(address) ? 'is the broker running? In a container, this address is the container itself' : 'is the broker running?'})`;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return `${text} (set MQTT_CA_FILE to the broker’s CA certificate)`;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return `${text} (the host in MQTT_URL must match the broker’s certificate)`;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return `${text} (if the broker requires a client certificate, set MQTT_CERT_FILE and MQTT_KEY_FILE)`;
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return `${text} (MQTT_KEY_FILE is not the key of MQTT_CERT_FILE)`;
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return `${text} (MQTT_CERT_FILE and MQTT_KEY_FILE must be PEM files)`;
    default:
      return text;
  }
}
