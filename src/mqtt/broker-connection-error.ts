import { AgentError, describeError } from '../model/errors.ts';
import type { UnfinishedSend } from './in-flight-limiter.ts';

/** Why a connection ended or never began. */
export class BrokerConnectionError extends AgentError {
  /** The broker does not support MQTT 5, or may not. */
  readonly wantsOlderProtocol: boolean;
  /** The broker answered and refused the connection. */
  readonly isRefusal: boolean;
  /** What was being sent when the connection ended, as text. It differs between attempts, so the message leaves it out. */
  readonly detail: string;
  /** The message that was being sent when the broker closed the connection. */
  readonly sending: UnfinishedSend | undefined;

  constructor(
    message: string,
    options: {
      wantsOlderProtocol?: boolean;
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
    this.wantsOlderProtocol = options.wantsOlderProtocol ?? false;
    this.isRefusal = options.isRefusal ?? false;
  }
}

/** The code of an error, of MQTT (a number) or of the system. */
export const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

/** Whether the broker refused with a reason code, rather than the connection having failed. */
export const isBrokerRefusal = (error: unknown): boolean => typeof codeOf(error) === 'number';

/** Return codes for “unacceptable protocol version”: MQTT 3.1.1 section 3.2.2.3, MQTT 5 section 3.2.2.2. */
const olderProtocolCodes = new Set([1, 0x84]);

/** Whether the error of a connection that MQTT 5 began may come from a broker that supports only the older protocol. */
export const isOlderProtocolSign = (error: unknown): boolean =>
  // A broker that closes the connection with unread data resets it.
  olderProtocolCodes.has(Number(codeOf(error))) || codeOf(error) === 'ECONNRESET';

/** The error with advice on what to check. */
export function describeWithAdvice(error: unknown): string {
  const text = describeError(error);
  switch (codeOf(error)) {
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return `${text} (check MQTT_USERNAME and MQTT_PASSWORD)`;
    case 'ECONNREFUSED':
      return `${text} (is the broker running?)`;
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
