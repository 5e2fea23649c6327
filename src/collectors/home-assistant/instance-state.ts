import type { HttpRefusal } from '../../lib/ha-websocket.ts';

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
  // Something answered, but not with a greeting.
  'banned',
  'proxy_not_trusted',
  'proxy_without_websocket',
  'proxy_error',
  'not_home_assistant',
  'wrong_protocol',
  // Nothing answered.
  'hung_up',
  'refused',
  'timeout',
  'unknown_address',
  'unreachable',
] as const;

export type InstanceState = (typeof instanceStates)[number];

/** What a hint can refer to. */
export interface InstanceHintInput {
  url: URL;
  /** The address that it redirects to. */
  movedTo?: URL | undefined;
  /** The HTTP status that came instead of a WebSocket. */
  status?: number | undefined;
}

/** What the user can do about a state; undefined if nothing is wrong. */
export const hintBuilderByState: Record<InstanceState, ((context: InstanceHintInput) => string) | undefined> = {
  running: undefined,
  starting: undefined,
  stopping: undefined,
  safe_mode: () => 'it runs in safe mode, without custom integrations: restart it to leave that mode',
  recovery_mode: () =>
    'it runs in recovery mode, without its integrations: its configuration is broken; Settings → System → Logs says where',
  answering: undefined,
  token_refused: () =>
    'it refuses HA_TOKEN, which is not used any more until it changes: make a new one (log in as the user for this agent, profile → Security → Long-lived access tokens → Create token)',
  onboarding: ({ url }) => `it has not been set up yet: open ${url.origin}`,
  moved: ({ movedTo }) => `it has moved: set HA_BASE_URL=${movedTo?.href}; until then the token is not sent there`,
  certificate_expired: () => 'its certificate has expired, so the token is not sent: renew the certificate',
  certificate_wrong_name: ({ url }) =>
    `its certificate is not for ${url.hostname}, so the token is not sent: use the name in the certificate in HA_BASE_URL`,
  certificate_untrusted: () =>
    'its certificate comes from an authority that is not trusted here, so the token is not sent: set HA_CA_FILE to the certificate of that authority',
  banned: () =>
    'it answers HTTP 403: most likely, it has banned this address after failed logins. Remove the address from ip_bans.yaml in its configuration and restart it',
  proxy_not_trusted: () =>
    'it does not trust the proxy in front of it: add the proxy’s address to trusted_proxies of its http integration',
  proxy_without_websocket: () =>
    'the proxy in front of it does not pass WebSockets on: let it pass the headers Upgrade and Connection',
  proxy_error: ({ status }) => `the proxy in front of it answers HTTP ${status}: it does not reach Home Assistant`,
  not_home_assistant: ({ url, status }) =>
    `${url.href} is not Home Assistant${status === undefined ? '' : ` (HTTP ${status} for its WebSocket)`}: set HA_BASE_URL to the address of Home Assistant`,
  wrong_protocol: ({ url }) => `${url.host} does not use TLS: use http:// in HA_BASE_URL`,
  hung_up: ({ url }) =>
    `${url.host} closes the connection at once${url.protocol === 'http:' ? ': try https:// in HA_BASE_URL' : ''}`,
  refused: ({ url }) => `nothing listens at ${url.host}: it is not running, or uses another port`,
  timeout: ({ url }) => `${url.host} does not answer`,
  unknown_address: ({ url }) =>
    `the name ${url.hostname} is not known here: check HA_BASE_URL and this machine’s name server, or use the IP address`,
  unreachable: ({ url }) => `there is no route to ${url.host}: is the network up?`,
};

const stateByErrorCode: Record<string, InstanceState> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'hung_up',
  EPIPE: 'hung_up',
  ETIMEDOUT: 'timeout',
  ENOTFOUND: 'unknown_address',
  EAI_AGAIN: 'unknown_address',
  EPROTO: 'wrong_protocol',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  CERT_HAS_EXPIRED: 'certificate_expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'certificate_wrong_name',
};

/** The state that a network error indicates. */
export function instanceStateOfNetworkError(error: unknown): InstanceState {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  if (code.startsWith('ERR_SSL_')) return 'wrong_protocol';
  // Without a code, or with HPE_… of Node's HTTP parser, the server does not speak HTTP.
  return stateByErrorCode[code] ?? (code === '' || code.startsWith('HPE_') ? 'not_home_assistant' : 'unreachable');
}

export const instanceStateOfCertificateProblem = (problem: string): InstanceState =>
  stateByErrorCode[problem]?.startsWith('certificate_') ? stateByErrorCode[problem] : 'certificate_untrusted';

/** The state that an HTTP response instead of a WebSocket indicates. */
export function instanceStateOfHttpRefusal({ status, isFromHomeAssistant, isPlainText }: HttpRefusal): InstanceState {
  if (status === 403) return 'banned';
  // The WebSocket starts shortly after the HTTP server, and stops before it (homeassistant/helpers/http.py).
  if (isFromHomeAssistant && status === 404) return 'starting';
  if (isFromHomeAssistant && status === 503) return 'stopping';
  if (isFromHomeAssistant && status === 400) return 'proxy_without_websocket';
  // X-Forwarded-For is refused before the response gets Home Assistant's headers (homeassistant/components/http/forwarded.py).
  if (isPlainText && status === 400) return 'proxy_not_trusted';
  return status >= 500 ? 'proxy_error' : 'not_home_assistant';
}
