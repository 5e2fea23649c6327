import type { HttpAnswer } from '../../lib/http-answer.ts';
import type { InstanceState } from './instance-state.ts';

/** aiohttp's own page of a status: `403: Forbidden` (aiohttp/web_exceptions.py). */
const isAiohttpPage = ({ status, headers, body }: HttpAnswer) =>
  isPlainText(headers['content-type']) && /^\d{3}: [A-Z][\w '-]*$/.test(body) && body.startsWith(`${status}: `);

const isPlainText = (contentType: string | undefined) => contentType?.startsWith('text/plain') ?? false;
const isHtml = (contentType: string | undefined) => contentType?.startsWith('text/html') ?? false;

/** Whether a header, which a proxy may have added to once more, has this value. */
const hasValue = (header: string | string[] | undefined, value: string) =>
  [header ?? '']
    .flat()
    .join()
    .split(',')
    .some((one) => one.trim() === value);

/** Headers of each of Home Assistant's responses (homeassistant/components/http/headers.py). */
const hasHeadersOfHomeAssistant = ({ headers }: HttpAnswer) =>
  hasValue(headers['referrer-policy'], 'no-referrer') && hasValue(headers['x-content-type-options'], 'nosniff');

/** Whether Home Assistant has answered itself: a proxy that adds such headers too has pages of HTML. */
export const isFromHomeAssistant = (answer: HttpAnswer): boolean =>
  isAiohttpPage(answer) || (hasHeadersOfHomeAssistant(answer) && !isHtml(answer.headers['content-type']));

/** Go's http.NotFound, which Traefik answers for a name that none of its running containers has. */
const isGoNotFound = ({ status, body }: HttpAnswer) => status === 404 && body.trim() === '404 page not found';

/** What servers answer to plain HTTP at a port for TLS. nginx: ngx_http_special_response.c, error 497. Go:
 * net/http/server.go. Apache: modules/ssl/ssl_engine_kernel.c. */
const plainHttpTexts = [
  'The plain HTTP request was sent to HTTPS port',
  'Client sent an HTTP request to an HTTPS server.',
  'speaking plain HTTP to an SSL-enabled server port',
];
const wantsTls = ({ status, body }: HttpAnswer) => status === 400 && plainHttpTexts.some((text) => body.includes(text));

/** nginx without the client's certificate, or with one that it does not accept (ngx_http_special_response.c, errors 495
 * and 496). */
const wantsClientCertificate = ({ status, body }: HttpAnswer) =>
  status === 400 && /No required SSL certificate was sent|The SSL certificate error/.test(body);

/** A name that a proxy gives itself. */
export function proxyNameOf({ headers }: HttpAnswer): string | undefined {
  if (headers['cf-ray'] !== undefined) return 'Cloudflare';
  const [name = ''] =
    /^(nginx|openresty|caddy|traefik|apache|haproxy|envoy|cloudflare)/i.exec(String(headers.server ?? '')) ?? [];
  return name || undefined;
}

/** Where a redirect leads; undefined if it is none, or leads to no HTTP. */
export function redirectTargetOf({ status, headers: { location } }: HttpAnswer, from: URL): URL | undefined {
  if (status < 300 || status >= 400 || location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from);
  return /^https?:$/.test(target.protocol) ? target : undefined;
}

/** The state that an HTTP response indicates which is not what was asked for at this address. Home Assistant does not
 * redirect what is below `/api/`: who does so wants a login. */
export function instanceStateOfHttpAnswer(answer: HttpAnswer, asked: URL): InstanceState {
  const { status } = answer;
  if (isGoNotFound(answer)) return 'proxy_error';
  if (wantsTls(answer)) return 'wrong_protocol';
  if (redirectTargetOf(answer, asked) !== undefined || wantsClientCertificate(answer)) return 'proxy_login';
  return isFromHomeAssistant(answer) ? stateOfOwnAnswer(answer) : stateOfProxyAnswer(status);
}

function stateOfOwnAnswer(answer: HttpAnswer): InstanceState {
  switch (answer.status) {
    case 400:
      // X-Forwarded-For is refused before the response gets Home Assistant's headers
      // (homeassistant/components/http/forwarded.py).
      return hasHeadersOfHomeAssistant(answer) ? 'proxy_without_websocket' : 'proxy_not_trusted';
    case 403:
      return 'banned';
    // The WebSocket starts shortly after the HTTP server, and stops before it (homeassistant/helpers/http.py).
    case 404:
      return 'starting';
    case 503:
      return 'stopping';
    default:
      return answer.status >= 500 ? 'proxy_error' : 'not_home_assistant';
  }
}

/** 407 and 511 want a login too; Home Assistant has none of these statuses for its WebSocket. */
const loginStatuses = [401, 407, 511];
/** 421: it serves no such name (RFC 9110, section 15.5.20). */
const refusingStatuses = [403, 421, 429, 451];

function stateOfProxyAnswer(status: number): InstanceState {
  if (loginStatuses.includes(status)) return 'proxy_login';
  if (refusingStatuses.includes(status)) return 'proxy_refused';
  return status >= 500 ? 'proxy_error' : 'not_home_assistant';
}
