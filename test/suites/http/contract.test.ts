import { expect, test } from 'vitest';
import { ask, serve, token } from './programs.ts';

/** Every check there is, over everything that the document says and much that it does not. */
const schemathesis = (url: string, ...more: string[]) =>
  ask('schemathesis', ['run', `${url}/openapi.json`, '--url', url, '--checks', 'all', '--max-examples', '50', '--no-color', ...more]);

test('schemathesis finds nothing', async () => {
  const { url } = await serve(false);
  expect(schemathesis(url)).toContain('No issues found');
});

test('nor where the token is wanted', async () => {
  const { url } = await serve(true);
  expect(schemathesis(url, '--header', `Authorization: Bearer ${token}`)).toContain('No issues found');
});
