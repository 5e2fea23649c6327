import axe from 'axe-core';
import { type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { createLivePageRoutes } from '../../../src/http/page-routes.ts';
import { startStatusServer } from '../../../src/http/server.ts';
import type { PageContext } from '../../../src/views/page/index.ts';

/** For Debian's Chromium, run by root and without any network of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Debian's Chromium, one for all tests of a file. `open` gives a page of its own, which ends with the test; whatever
 * the browser complains of, as of a breach of the policy, fails the test. */
export function browser(): { open(url: string, options?: BrowserContextOptions): Promise<Page> } {
  let running: Awaited<ReturnType<typeof chromium.launch>>;
  beforeAll(async () => {
    running = await chromium.launch({ executablePath: '/usr/bin/chromium', args: chromiumArguments });
  });
  afterAll(() => running.close());
  return {
    async open(url, options = {}) {
      const context = await running.newContext(options);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        // Failed requests are no fault of the page: the agent may be stopped, and browsers look for an icon beside
        // plain JSON.
        if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource'))
          complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(String(error)));
      onTestFinished(async () => {
        await context.close();
        expect(complaints).toEqual([]);
      });
      await page.goto(url);
      return page;
    },
  };
}

/** A server that has nothing but the page. */
export async function servePage(shown: PageContext): Promise<{ url: string; updateListeners(): void }> {
  const { routes, updateListeners } = createLivePageRoutes(shown);
  const settings = { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 };
  const server = await startStatusServer(settings, routes, { agent: 'nas', site: null });
  onTestFinished(() => server.close());
  return { url: server.url, updateListeners };
}

/** Waits until the page hears from its agent. */
export const live = (page: Page) => page.locator('body.live').waitFor({ state: 'attached' });

/** What axe-core finds, each with where. The browser's own hand puts it in, which the page's policy does not bind. */
export async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: axe came in as text
    const { violations, incomplete } = await (globalThis as any).axe.run({ resultTypes: ['violations', 'incomplete'] });
    return [...violations, ...incomplete].flatMap(({ id, nodes }) =>
      nodes.map(
        ({ html, any }: { html: string; any: { message: string }[] }) =>
          `${id}: ${html} ${any.map(({ message }) => message)}`,
      ),
    );
  });
}
