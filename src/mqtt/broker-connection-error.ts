import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import { describeError, UnredactedMessageError } from '../model/errors.ts';
import { type AnyTranslatableText, renderTranslatableText, type TranslatableText } from '../model/translation.ts';
import { isTlsProtocol, otherSecurity } from './first-answer.ts';
import type { InFlightMessageAtDisconnect } from './in-flight-limiter.ts';
import { PublishError } from './publish-error.ts';
import type { BrokerAddress } from './settings.ts';

/** Why a connection ended or never began. */
export class BrokerConnectionError extends UnredactedMessageError {
  /** The other end did not answer as a broker of MQTT 5 does: it may speak only the older protocol, or not be a
   * broker. */
  readonly lacksVersion5Answer: boolean;
  /** The broker answered and refused the connection. */
  readonly isRefusal: boolean;
  /** What was being sent when the connection ended; empty if nothing was. It differs between attempts, so the message
   * leaves it out. */
  readonly detail: AnyTranslatableText;
  /** Its own words, without those of its cause. */
  readonly own: AnyTranslatableText;
  /** The same with those of its cause. */
  readonly wording: AnyTranslatableText;
  /** The message that was being sent when the broker closed the connection. */
  readonly sending: InFlightMessageAtDisconnect | undefined;

  constructor(
    own: AnyTranslatableText,
    options: {
      lacksVersion5Answer?: boolean;
      isRefusal?: boolean;
      detail?: TranslatableText<BrokerErrorTexts>;
      sending?: InFlightMessageAtDisconnect;
      cause?: unknown;
    } = {},
  ) {
    super(renderTranslatableText(own), { cause: options.cause });
    const { sending, cause } = options;
    this.own = own;
    this.wording =
      cause === undefined || this.message.includes(describeError(cause))
        ? own
        : (texts?: BrokerErrorTexts) =>
            `${renderTranslatableText(own, texts).trim()}: ${textOfBrokerError(cause, texts)}`;
    this.detail =
      options.detail ??
      (sending === undefined ? '' : (texts = brokerErrorTexts) => texts.whileSending(sending.topic, sending.bytes));
    this.sending = sending;
    this.lacksVersion5Answer = options.lacksVersion5Answer ?? false;
    this.isRefusal = options.isRefusal ?? false;
  }
}

/** What an error says: in words of ours if it is one of the connection or of a message, else as `describeError`
 * describes it. */
export const textOfBrokerError = (error: unknown, texts?: BrokerErrorTexts): string =>
  error instanceof BrokerConnectionError || error instanceof PublishError
    ? renderTranslatableText(error.wording, texts)
    : describeError(error);

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
export function translatableConnectionErrorWithAdvice(
  error: unknown,
  address: BrokerAddress,
): TranslatableText<BrokerErrorTexts> {
  const text = describeError(error);
  return (texts = brokerErrorTexts) => {
    const advice = adviceForConnectionError(error, address, texts);
    return advice === undefined ? text : `${text} (${advice})`;
  };
}

function adviceForConnectionError(error: unknown, address: BrokerAddress, texts: BrokerErrorTexts): string | undefined {
  switch (errorCodeOf(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return address.host.endsWith('.local') ? texts.checkLocalName : texts.checkName;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return texts.checkAddress;
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
    case 'ERR_SSL_RECORD_LAYER_FAILURE':
      return texts.mayNotUseTls(otherSecurity[address.protocol]);
    case 'ECONNRESET':
      if (isTlsProtocol(address)) return texts.mayNotUseTls(otherSecurity[address.protocol]);
      return address.protocol === 'ws' ? texts.mayNotSpeakWebSocket : undefined;
    case 'HPE_INVALID_CONSTANT':
      return texts.mayNotSpeakWebSocket;
    case 'CERT_NOT_YET_VALID':
    case 'CERT_HAS_EXPIRED':
      return texts.checkCertificateDates;
    case 4:
    case 5:
    case 0x86:
    case 0x87:
      return texts.checkLogin;
    case 'ECONNREFUSED':
      return isLoopback(address) ? texts.isBrokerRunningHere : texts.isBrokerRunning;
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
      return texts.setAuthority;
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return texts.hostMustMatch;
    case 'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED':
    case 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE':
    case 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE':
      return texts.setClientCertificate;
    case 'ERR_OSSL_X509_KEY_VALUES_MISMATCH':
      return texts.keyOfOtherCertificate;
    case 'ERR_OSSL_PEM_NO_START_LINE':
      return texts.filesMustBePem;
    default:
      return undefined;
  }
}
