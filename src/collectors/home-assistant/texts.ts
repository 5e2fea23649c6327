import type { InstanceHintInput, InstanceState } from './instance-state.ts';

const isRedirect = (status = 0) => status >= 300 && status < 400;

const proxyOf = ({ proxyName }: InstanceHintInput) =>
  proxyName === undefined ? 'the proxy in front of it' : `the proxy in front of it (${proxyName})`;

/** A date as people read it, in UTC. */
const dayOf = (date: Date | undefined) =>
  date === undefined || Number.isNaN(date.getTime()) ? 'a later day' : date.toISOString().slice(0, 10);

/** By Node's error code; the causes have remedies of their own. */
function untrustedCertificateHint({ certificate }: InstanceHintInput): string {
  switch (certificate?.problem) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'its certificate is self-signed, so the token is not sent: set HA_CA_FILE to that certificate';
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'it sends its certificate without that of the issuer, which is not known here, so the token is not sent: make it send the whole chain (fullchain.pem); if the authority is your own, set HA_CA_FILE to its certificate';
    default:
      return 'its certificate comes from an authority that is not trusted here, so the token is not sent: set HA_CA_FILE to the certificate of that authority';
  }
}

function refusalOfProxyHint(context: InstanceHintInput): string {
  switch (context.status) {
    case 421:
      return `${proxyOf(context)} does not serve the name ${context.url.hostname} (HTTP 421): use a name in HA_BASE_URL that it serves, or add this one there`;
    case 429:
      return `${proxyOf(context)} answers HTTP 429, too many requests: raise its limit for this machine`;
    default:
      return `${proxyOf(context)} refuses this machine (HTTP ${context.status}): allow its address there, or use an address in HA_BASE_URL that does not lead through it`;
  }
}

/** What the user can do about a state; undefined if nothing is wrong. */
const hints: Record<InstanceState, ((context: InstanceHintInput) => string) | undefined> = {
  running: undefined,
  starting: undefined,
  stopping: undefined,
  safe_mode: () => 'it runs in safe mode, without custom integrations: restart it to leave that mode',
  recovery_mode: () =>
    'it runs in recovery mode, without its integrations: its configuration is broken; Settings → System → Logs says where',
  answering: undefined,
  token_refused: () =>
    'it refuses HA_TOKEN, which is not used again until it changes: create a new one (log in as the user for this agent, profile → Security → Long-lived access tokens → Create token)',
  onboarding: ({ url }) => `it has not been set up yet: open ${url.origin}`,
  moved: ({ url, movedTo }) =>
    movedTo?.origin === url.origin && movedTo.pathname === '/'
      ? `Home Assistant is found without the path in HA_BASE_URL: set HA_BASE_URL=${movedTo.href}; until then the token is not sent`
      : `it has moved: set HA_BASE_URL=${movedTo?.href}; until then the token is not sent there`,
  certificate_expired: () => 'its certificate has expired, so the token is not sent: renew the certificate',
  certificate_wrong_name: ({ url }) =>
    `its certificate is not for ${url.hostname}, so the token is not sent: use the name in the certificate in HA_BASE_URL`,
  certificate_untrusted: untrustedCertificateHint,
  certificate_not_yet_valid: ({ certificate }) =>
    `its certificate is valid only from ${dayOf(certificate?.validFrom)}, so the token is not sent: check the clocks of this machine and of Home Assistant’s`,
  banned: () =>
    'it has banned this address after failed logins: remove the address from ip_bans.yaml in its configuration and restart it',
  proxy_not_trusted: () =>
    'it does not trust the proxy in front of it: add the proxy’s address to trusted_proxies of its http integration',
  proxy_without_websocket: () =>
    'the proxy in front of it does not pass WebSockets on: let it pass the headers Upgrade and Connection',
  proxy_error: (context) =>
    isRedirect(context.status)
      ? `${proxyOf(context)} redirects in a loop (HTTP ${context.status}): it takes HTTPS requests for HTTP. Make it pass on X-Forwarded-Proto, and at Cloudflare set SSL/TLS to Full`
      : `${proxyOf(context)} answers HTTP ${context.status}: it does not reach Home Assistant. Is Home Assistant, or its container, running?`,
  proxy_login: (context) =>
    `${proxyOf(context)} requires a login of its own${context.loginHost === undefined ? '' : ` (${context.loginHost})`}: let it pass /api/ from this machine without one, or use an address in HA_BASE_URL that does not lead through it`,
  proxy_refused: refusalOfProxyHint,
  not_home_assistant: ({ url, status }) =>
    `${url.href} is not Home Assistant${status === undefined ? '' : ` (HTTP ${status} for its WebSocket)`}: set HA_BASE_URL to the address of Home Assistant`,
  wrong_protocol: ({ url }) =>
    url.protocol === 'http:'
      ? `${url.host} uses TLS: use https:// in HA_BASE_URL`
      : `${url.host} does not use TLS: use http:// in HA_BASE_URL`,
  tls_refused: ({ url, tlsRefusal }) =>
    `${url.host} refuses the TLS handshake (${tlsRefusal}): ${
      tlsRefusal === 'certificate required'
        ? 'it requires a client certificate, which the agent does not have. Use an address in HA_BASE_URL that requires none'
        : `most likely, it has no certificate for ${url.hostname}. Use the name that it knows in HA_BASE_URL`
    }`,
  hung_up: ({ url }) =>
    `${url.host} closes the connection at once${url.protocol === 'http:' ? ': try https:// in HA_BASE_URL' : ''}`,
  refused: ({ url }) => `nothing listens at ${url.host}: it is not running, or uses another port`,
  timeout: ({ url }) => `${url.host} does not answer`,
  frozen: ({ url }) =>
    `${url.host} accepts connections and does not answer: Home Assistant, or the proxy in front of it, hangs. If it lasts, restart it`,
  unknown_address: ({ url }) =>
    `the name ${url.hostname} is not known here: check HA_BASE_URL and this machine’s name server, or use the IP address`,
  unreachable: ({ url }) => `there is no route to ${url.host}: is the network up?`,
};

/** What is said of a Home Assistant. */
export const homeAssistantTexts = {
  hints,
  withoutWebSocket: (why: string) =>
    `without its WebSocket, entities, repairs, updates and backups are unknown: ${why}`,
  noAnswer: 'does not answer',
  clearsWhenAnswering: 'when it answers',
  checkRunning:
    'check on its machine whether it is running, and start it if not; if its address has changed, correct HA_BASE_URL',
  clearsWhenRunning: 'when it runs as usual',
  backupOverdue: 'its last automatic backup is more than a day overdue',
  clearsWithBackup: 'when one succeeds',
  seeBackups: 'Settings → System → Backups says why it failed',
};

export type HomeAssistantTexts = typeof homeAssistantTexts;
