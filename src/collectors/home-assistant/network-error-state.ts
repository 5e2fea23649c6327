import { FrozenServerError } from '../../lib/http-answer.ts';
import type { InstanceState } from './instance-state.ts';

const stateByErrorCode: Record<string, InstanceState> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'hung_up',
  EPIPE: 'hung_up',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'unknown_address',
  EAI_AGAIN: 'unknown_address',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
};

const stateByCertificateProblem: Record<string, InstanceState> = {
  CERT_HAS_EXPIRED: 'certificate_expired',
  CERT_NOT_YET_VALID: 'certificate_not_yet_valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_wrong_name',
};

export const instanceStateOfCertificateProblem = (problem: string): InstanceState =>
  stateByCertificateProblem[problem] ?? 'certificate_untrusted';

/** Reasons of OpenSSL for data that is not TLS at all (include/openssl/sslerr.h): http request, packet length too long,
 * unknown protocol, wrong version number, record layer failure. */
const notTlsReasons = new Set([156, 198, 252, 267, 313]);

/** OpenSSL's reason; undefined if the error is not one of its SSL library's. Node 20 has it in the message alone:
 * `error:0A000438:`, of which 0A is the library. */
function opensslReasonOf(error: unknown): number | undefined {
  const [, reason] = (error instanceof Error && /\berror:0A([0-9A-F]{6}):/.exec(error.message)) || [];
  return reason === undefined ? undefined : Number.parseInt(reason, 16);
}

/** Alerts that servers send during the handshake (RFC 8446, section 6). */
const alertNames: Record<number, string> = {
  40: 'handshake failure',
  42: 'bad certificate',
  47: 'illegal parameter',
  48: 'unknown certificate authority',
  49: 'access denied',
  70: 'protocol version',
  71: 'insufficient security',
  80: 'internal error',
  86: 'inappropriate fallback',
  109: 'missing extension',
  112: 'unrecognized name',
  116: 'certificate required',
  120: 'no application protocol',
};

/** Why a TLS handshake failed, in the words of its specification. */
export function tlsHandshakeFailureOf(error: unknown): string | undefined {
  const reason = opensslReasonOf(error);
  if (reason === undefined || notTlsReasons.has(reason)) return undefined;
  // From 1000 on, SSL_AD_REASON_OFFSET, it is the alert that the other side has sent.
  const alert = reason - 1000;
  if (alert < 0) return 'no common version or cipher';
  return alertNames[alert] ?? `alert ${alert}`;
}

/** First byte of a TLS alert (RFC 8446, section 5.1), which servers for TLS send in answer to plain HTTP. Node's HTTP
 * parser keeps what it could not read. */
const tlsAlertByte = 0x15;
const isTlsInsteadOfHttp = (error: unknown) =>
  error instanceof Error &&
  'rawPacket' in error &&
  Buffer.isBuffer(error.rawPacket) &&
  error.rawPacket[0] === tlsAlertByte;

/** The state that a network error indicates. */
export function instanceStateOfNetworkError(error: unknown): InstanceState {
  if (error instanceof FrozenServerError) return 'frozen';
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  if (tlsHandshakeFailureOf(error) !== undefined) return 'tls_refused';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_') || isTlsInsteadOfHttp(error)) return 'wrong_protocol';
  // Without a code, or with HPE_… of Node's HTTP parser, the server does not speak HTTP.
  return stateByErrorCode[code] ?? (code === '' || code.startsWith('HPE_') ? 'not_home_assistant' : 'unreachable');
}
