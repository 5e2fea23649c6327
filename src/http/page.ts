import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { contentSecurityPolicy } from '../views/page/document.ts';
import { liveSections, page, type Subject } from '../views/page/index.ts';
import { Audience } from './audience.ts';
import { isAmong } from './peers.ts';
import type { Route } from './route.ts';

/** The path that Home Assistant's ingress puts before ours, as it says itself. Anyone else could say it too. */
function prefixOf({ headers, socket }: IncomingMessage, proxies: BlockList | undefined): string | undefined {
  if (proxies === undefined || !isAmong(proxies, socket.remoteAddress)) return undefined;
  const prefix = headers['x-ingress-path'];
  return typeof prefix === 'string' && /^(\/[\w.~-]+)+$/.test(prefix) ? prefix : undefined;
}

const documentHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** The page, and what keeps it live. `proxies` are believed where they say that the page is. */
export function pageRoutes(subject: Subject, proxies?: BlockList): { routes: Map<string, Route>; audience: Audience } {
  const audience = new Audience(
    () => subject.agent.startedAt.toISOString(),
    (now) => liveSections(subject, now),
  );
  const routes = new Map<string, Route>([
    ['/', (request) => ({ status: 200, headers: documentHeaders, body: page(subject, new Date(), prefixOf(request, proxies)) })],
    [
      '/events',
      () =>
        audience.isFull
          ? { status: 503, headers: { 'retry-after': '30' }, body: { error: 'as many listen as can' } }
          : { status: 200, headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' }, stream: (response) => audience.admit(response) },
    ],
  ]);
  return { routes, audience };
}
