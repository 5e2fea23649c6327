import type { IncomingMessage } from 'node:http';
import type { BlockList } from 'node:net';
import { bounds } from '../model/bounds.ts';
import type { HistoryRange } from '../model/metric-history.ts';
import type { PageContext } from '../views/page/index.ts';
import { contentSecurityPolicy } from '../views/page/page-document.ts';
import { isListedPeer } from './peer-list.ts';
import type { RouteHandler } from './route.ts';
import { SharedPage } from './shared-page.ts';

/** The path prefix of Home Assistant's ingress, from its X-Ingress-Path header. The header is ignored unless a listed
 * proxy sends it. */
function prefixOf({ headers, socket }: IncomingMessage, proxies: BlockList | undefined): string | undefined {
  if (proxies === undefined || !isListedPeer(proxies, socket.remoteAddress)) return undefined;
  const prefix = headers['x-ingress-path'];
  return typeof prefix === 'string' && /^(\/[\w.~-]+)+$/.test(prefix) ? prefix : undefined;
}

/** Whether the request was made by a page of another site, by what the browser says of it: in Fetch Metadata, or in
 * Origin, which browsers without those (Safari before 16.4) send from other sites. A page may open many streams to
 * names of its own, and leave none for others. */
function isForeign({ headers: { 'sec-fetch-site': site, origin, host } }: IncomingMessage): boolean {
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  return origin !== undefined && origin.replace(/^https?:\/\//, '') !== host;
}

const documentHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': contentSecurityPolicy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

/** What the lines show, from the query: an hour unless it says otherwise. */
const rangeOf = ({ url }: IncomingMessage): HistoryRange => (/\?(.*&)?range=day(&|$)/.test(url ?? '') ? 'day' : 'hour');

/** The status page, and the event streams that keep it live. `proxies`: the peers whose X-Ingress-Path header is
 * trusted. */
export function createLivePageRoutes(
  context: PageContext,
  proxies?: BlockList,
): { routes: Map<string, RouteHandler>; updateListeners: () => void } {
  const pages: Record<HistoryRange, SharedPage> = {
    hour: new SharedPage(context, 'hour'),
    day: new SharedPage(context, 'day'),
  };
  const isFull = () => pages.hour.stream.listenerCount + pages.day.stream.listenerCount >= bounds.eventStreams.items;
  const routes = new Map<string, RouteHandler>([
    [
      '/',
      async (request) => ({
        status: 200,
        headers: documentHeaders,
        body: await pages[rangeOf(request)].documentFor(prefixOf(request, proxies)),
      }),
    ],
    [
      '/events',
      (request) =>
        isForeign(request)
          ? { status: 403, body: { error: 'only for pages of this server' } }
          : isFull()
            ? { status: 503, headers: { 'retry-after': '30' }, body: { error: 'too many listeners' } }
            : {
                status: 200,
                headers: { 'content-type': 'text/event-stream; charset=utf-8', 'x-accel-buffering': 'no' },
                stream: (response) => pages[rangeOf(request)].stream.addListener(response),
              },
    ],
  ]);
  return {
    routes,
    updateListeners() {
      for (const page of Object.values(pages)) page.update();
    },
  };
}
