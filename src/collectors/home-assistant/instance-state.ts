import type { HttpRefusal } from './ha-web-socket.ts';

/** How Home Assistant was found, from well to not at all. */
export const instanceStates = [
  // It told its state: we have a token.
  'running',
  'starting',
  'stopping',
  'safe_mode',
  'recovery_mode',
  // It greeted us, and told no more.
  'answering',
  'token_refused',
  'onboarding',
  'moved',
  'certificate_expired',
  'certificate_wrong_name',
  'certificate_untrusted',
  // Something answered, and did not let us in.
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

/** What is known of a state beside its name. */
export interface HintContext {
  url: URL;
  /** Where it is now. */
  movedTo?: URL | undefined;
  /** The HTTP status that came instead. */
  status?: number | undefined;
}

/** What a person can do about a state; undefined where nothing is wrong. */
export const hintTextByState: Record<InstanceState, ((circumstances: HintContext) => string) | undefined> = {
  running: undefined,
  starting: undefined,
  stopping: undefined,
  safe_mode: () => 'it runs in safe mode, without custom integrations: restart it to leave that mode',
  recovery_mode: () =>
    'it runs in recovery mode, without its integrations: its configuration is broken, Settings → System → Logs says where',
  answering: undefined,
  token_refused: () =>
    'it refuses HA_TOKEN, which is not used any more until it changes: make a new one (log in as the user for this agent, profile → Security → Long-lived access tokens → Create token)',
  onboarding: ({ url }) => `it waits to be set up: open ${url.origin}`,
  moved: ({ movedTo }) => `it has moved: set HA_BASE_URL=${movedTo?.href}; the token is not taken there unasked`,
  certificate_expired: () => 'its certificate has expired, so it is not told the token: renew it',
  certificate_wrong_name: ({ url }) =>
    `its certificate is not for ${url.hostname}, so it is not told the token: use the name in the certificate in HA_BASE_URL`,
  certificate_untrusted: () =>
    'its certificate is of an authority that is not known here, so it is not told the token: name that authority’s file in HA_CA_FILE',
  banned: () =>
    'it answers HTTP 403: it has banned this address after failed logins, most likely. Remove the address from ip_bans.yaml in its configuration and restart it',
  proxy_not_trusted: () =>
    'it does not trust the proxy in front of it: add the proxy’s address to trusted_proxies of its http integration',
  proxy_without_websocket: () =>
    'the proxy in front of it does not pass WebSockets on: let it pass the headers Upgrade and Connection',
  proxy_error: ({ status }) => `the proxy in front of it answers HTTP ${status}: it reaches no Home Assistant`,
  not_home_assistant: ({ url, status }) =>
    `${url.href} is not Home Assistant${status === undefined ? '' : ` (HTTP ${status} for its WebSocket)`}: HA_BASE_URL wants its address`,
  wrong_protocol: ({ url }) => `${url.host} speaks no TLS: HA_BASE_URL wants http:// for it`,
  hung_up: ({ url }) =>
    `${url.host} hangs up at once${url.protocol === 'http:' ? ': does HA_BASE_URL want https:// for it?' : ''}`,
  refused: ({ url }) => `nothing listens at ${url.host}: it does not run, or at another port`,
  timeout: ({ url }) => `${url.host} does not answer`,
  unknown_address: ({ url }) =>
    `the name ${url.hostname} is not known here: check HA_BASE_URL and this machine’s name server, or use the IP address`,
  unreachable: ({ url }) => `there is no way to ${url.host}: is the network up?`,
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

/** What the network's error means. */
export function stateOfNetworkError(error: unknown): InstanceState {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && error.name === 'TimeoutError') return 'timeout';
  if (code.startsWith('ERR_SSL_')) return 'wrong_protocol';
  // An address that no HTTP server answers at: the parser's HPE_… codes, or none.
  return stateByErrorCode[code] ?? (code === '' || code.startsWith('HPE_') ? 'not_home_assistant' : 'unreachable');
}

export const stateOfCertificateProblem = (problem: string): InstanceState =>
  stateByErrorCode[problem]?.startsWith('certificate_') ? stateByErrorCode[problem] : 'certificate_untrusted';

/** What an HTTP answer in place of a WebSocket means. */
export function stateOfHttpRefusal({ status, isHomeAssistants, isPlain }: HttpRefusal): InstanceState {
  if (status === 403) return 'banned';
  // Its WebSocket comes a moment after its server, and goes before it (homeassistant/helpers/http.py).
  if (isHomeAssistants && status === 404) return 'starting';
  if (isHomeAssistants && status === 503) return 'stopping';
  if (isHomeAssistants && status === 400) return 'proxy_without_websocket';
  // X-Forwarded-For is refused before the answer gets Home Assistant's headers (homeassistant/components/http/forwarded.py).
  if (isPlain && status === 400) return 'proxy_not_trusted';
  return status >= 500 ? 'proxy_error' : 'not_home_assistant';
}
