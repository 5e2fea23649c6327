import type { ServerCertificate } from '../../lib/http-answer.ts';

/** The result of a visit, from a running Home Assistant to no answer. */
export const instanceStates = [
  // With a token, Home Assistant reports its state.
  'running',
  'starting',
  'stopping',
  'safe_mode',
  'recovery_mode',
  // It sent its greeting, and nothing else is known.
  'answering',
  'token_refused',
  'onboarding',
  'moved',
  'certificate_expired',
  'certificate_wrong_name',
  'certificate_untrusted',
  'certificate_not_yet_valid',
  // Something answered, but not with a greeting.
  'banned',
  'proxy_not_trusted',
  'proxy_without_websocket',
  'proxy_error',
  'proxy_login',
  'proxy_refused',
  'not_home_assistant',
  'wrong_protocol',
  'tls_refused',
  // Nothing answered.
  'hung_up',
  'refused',
  'timeout',
  // Connections are accepted, and nothing else happens.
  'frozen',
  'unknown_address',
  'unreachable',
] as const;

export type InstanceState = (typeof instanceStates)[number];

/** What a hint can refer to. */
export interface InstanceHintInput {
  url: URL;
  /** The address that it redirects to, or where Home Assistant is at the same origin. */
  movedTo?: URL | undefined;
  /** The HTTP status that came instead of a WebSocket. */
  status?: number | undefined;
  certificate?: ServerCertificate | undefined;
  /** Why the server refuses the TLS handshake. */
  tlsRefusal?: string | undefined;
  /** The name that the proxy gives itself. */
  proxyName?: string | undefined;
  /** Where the proxy redirects to for a login. */
  loginHost?: string | undefined;
}
