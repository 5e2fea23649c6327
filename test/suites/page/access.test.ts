import { expect, onTestFinished, test } from 'vitest';
import { collectors } from '../../../src/collectors/index.ts';
import { pageRoutes } from '../../../src/http/page.ts';
import { routes } from '../../../src/http/routes.ts';
import { startServer } from '../../../src/http/server.ts';
import { Hour } from '../../../src/loop/history.ts';
import { Secret } from '../../../src/model/secret.ts';
import { everything } from '../../helpers/everything.ts';
import { agent } from '../../helpers/situation.ts';
import { browser, findings, live } from './browser.ts';

const { open } = browser();
const token = 'a-token-to-read-with';

async function serve(settings: { HTTP_TOKEN?: Secret } = {}) {
  const state = everything(collectors, 2);
  const page = pageRoutes({ catalogue: collectors, agent, state, history: new Hour() });
  const paths = new Map([...page.routes, ...routes(collectors, agent, state, settings.HTTP_TOKEN !== undefined)]);
  const server = await startServer({ HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, ...settings }, paths, { agent: 'nas', site: null });
  onTestFinished(() => server.close());
  return server.url;
}

test('with the token as a password the page opens and is live', async () => {
  const page = await open(await serve({ HTTP_TOKEN: new Secret(token) }), { httpCredentials: { username: 'anyone', password: token } });
  await live(page);
  expect(await page.title()).toContain('nas');
});

test('without it a browser sees nothing', async () => {
  const page = await open(await serve({ HTTP_TOKEN: new Secret(token) }), { httpCredentials: { username: 'anyone', password: 'wrong' } });
  expect(await page.textContent('body')).toContain('HTTP_TOKEN is set');
});

test('the API’s page: nothing that axe-core finds, and each link leads somewhere', async () => {
  const url = await serve();
  const page = await open(`${url}/api`);
  expect(await findings(page)).toEqual([]);
  const links = await page.$$eval('a', (all) => all.map(({ href }) => href));
  expect(links.length).toBeGreaterThan(8);
  for (const link of links.filter((one) => !one.endsWith('/events'))) expect((await fetch(link)).status, link).toBe(200);
  await page.locator('summary', { hasText: 'HostStatus' }).click();
  expect(await page.locator('#HostStatus pre').textContent()).toContain('"cpu_used"');
});
