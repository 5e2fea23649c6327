import { expect, onTestFinished, test } from 'vitest';
import { allCollectors } from '../../../src/collectors/index.ts';
import { createApiRoutes } from '../../../src/http/api-routes.ts';
import { createLivePageRoutes } from '../../../src/http/page-routes.ts';
import { startStatusServer } from '../../../src/http/server.ts';
import { RecentMetricHistory } from '../../../src/loop/recent-metric-history.ts';
import { everything } from '../../helpers/everything.ts';
import { agent } from '../../helpers/sample-collector.ts';
import { ask, serve, token } from './programs.ts';

/** Every check there is, over everything that the document says and much that it does not; events never end. */
const schemathesis = (url: string, ...more: string[]) =>
  ask('schemathesis', [
    'run',
    `${url}/openapi.json`,
    '--url',
    url,
    '--checks',
    'all',
    '--max-examples',
    '50',
    '--no-color',
    '--exclude-path',
    '/events',
    ...more,
  ]);

test('schemathesis finds nothing', async () => {
  const { url } = await serve(false);
  expect(await schemathesis(url)).toContain('No issues found');
});

test('nor where the token is wanted', async () => {
  const { url } = await serve(true);
  expect(await schemathesis(url, '--header', `Authorization: Bearer ${token}`)).toContain('No issues found');
});

test('nor in the whole catalogue', async () => {
  const state = everything(allCollectors, 2);
  const page = createLivePageRoutes({
    catalogue: allCollectors,
    agent,
    state,
    history: new RecentMetricHistory(),
  });
  const server = await startStatusServer(
    { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0 },
    new Map([...page.routes, ...createApiRoutes(allCollectors, agent, state)]),
    {
      agent: 'nas',
      site: null,
    },
  );
  onTestFinished(() => server.close());
  const said = await schemathesis(server.url);
  expect(said).toContain('No issues found');
  const document = await (await fetch(`${server.url}/openapi.json`)).text();
  expect(await ask('openapi-spec-validator', ['-'], document)).toContain('OK');
  const { paths } = JSON.parse(document) as { paths: Record<string, unknown> };
  expect(Object.keys(paths).filter((path) => path.endsWith('/status'))).toHaveLength(allCollectors.length);
  // All but the document itself and the events.
  expect(said).toContain(`Tested: ${Object.keys(paths).length - 2}`);
});
