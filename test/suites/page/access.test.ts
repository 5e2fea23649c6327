import { expect, onTestFinished, test } from 'vitest';
import { allCollectors } from '../../../src/collectors/index.ts';
import { createApiRoutes } from '../../../src/http/api-routes.ts';
import { createLivePageRoutes } from '../../../src/http/page-routes.ts';
import { startStatusServer } from '../../../src/http/server.ts';
import { RecentMetricHistory } from '../../../src/loop/recent-metric-history.ts';
import { Secret } from '../../../src/model/secret.ts';
import { everything } from '../../helpers/everything.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { browser, live } from './browser.ts';

const { open } = browser();
const token = 'a-token-to-read-with';

async function serve(settings: { HTTP_TOKEN?: Secret } = {}) {
  const state = everything(allCollectors, 2);
  const page = createLivePageRoutes({
    catalogue: allCollectors,
    agent,
    state,
    history: new RecentMetricHistory(),
  });
  const paths = new Map([
    ...page.routes,
    ...createApiRoutes(allCollectors, agent, state, settings.HTTP_TOKEN !== undefined),
  ]);
  const server = await startStatusServer({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, ...settings }, paths, {
    agent: 'nas',
    site: null,
  });
  onTestFinished(() => server.close());
  return server.url;
}

test('the page is live with the token as the password', async () => {
  const page = await open(await serve({ HTTP_TOKEN: new Secret(token) }), {
    httpCredentials: { username: 'anyone', password: token },
  });
  await live(page);
  expect(await page.title()).toContain('nas');
});

test('without the token a browser gets nothing', async () => {
  const page = await open(await serve({ HTTP_TOKEN: new Secret(token) }), {
    httpCredentials: { username: 'anyone', password: 'wrong' },
  });
  expect(await page.textContent('body')).toContain('HTTP_TOKEN is set');
});
