import { expect, test } from 'vitest';
import { describeError } from '../../src/model/errors.ts';
import { notifyAuthorizationHeader, notifySettingsSchema } from '../../src/notify/settings.ts';
import { readVariables, type SettingProblem } from '../../src/settings/read-variables.ts';

function read(env: Record<string, string>) {
  const problems: SettingProblem[] = [];
  const settings = readVariables(notifySettingsSchema, env, problems);
  return { settings, problems: problems.map(({ text }) => text) };
}

function sent(NOTIFY_URL: string, more: Record<string, string> = {}) {
  const { settings } = read({ NOTIFY_URL, ...more });
  const authorization = notifyAuthorizationHeader(settings)?.reveal();
  return {
    url: settings.NOTIFY_URL?.url.reveal(),
    authorization: authorization?.startsWith('Basic ')
      ? Buffer.from(authorization.slice(6), 'base64').toString()
      : authorization,
  };
}

test.each([
  ['http://host:99999/S3cretTopic'],
  ['https://S3cret Topic/x'],
  ['http://[::1'],
  ['https://'],
  ['ftp://S3cret'],
  ['https://50%off/S3cret'],
  ['https://user:S3cret'],
  ['https://user:12/S3cret@host/topic'],
  ['https://user:12?S3cret@host/topic'],
  ['https://user#S3cret@host/topic'],
  [`https://host:${'9'.repeat(100_000)}/S3cret`],
])('%.40s is invalid, and is not shown', (NOTIFY_URL) => {
  const { problems } = read({ NOTIFY_URL });
  expect(problems).toEqual([
    expect.stringMatching(/^NOTIFY_URL: got \*\*\*, expected URL with a host \(http:\/\/ or https:\/\/\)/),
  ]);
  expect(problems.join()).not.toContain('S3cret');
});

test.each([
  ['https://me:sesame@ntfy.sh/topic', 'me:sesame'],
  ['https://me:50%off@ntfy.sh/topic', 'me:50%off'],
  ['https://me:%@ntfy.sh/topic', 'me:%'],
  ['https://me:a%ffb%C3%BCc@ntfy.sh/topic', 'me:a%ffbüc'],
  ['https://me:p%23%2F%3F%40@ntfy.sh/topic', 'me:p#/?@'],
  ['https://me:a@b@ntfy.sh/topic', 'me:a@b'],
  ['https://me@ntfy.sh/topic', 'me:'],
  ['https://:tk_1@ntfy.sh/topic', ':tk_1'],
  ['https://ntfy.sh/topic', undefined],
])('the credentials in %s', (address, login) =>
  expect(sent(address)).toEqual({ url: 'https://ntfy.sh/topic', authorization: login }),
);

test('a token takes precedence over credentials in the address', () =>
  expect(sent('https://me:sesame@ntfy.sh/topic', { NOTIFY_TOKEN: 'tk_1' }).authorization).toBe('Bearer tk_1'));

test('a token that is invalid in a header is refused', () =>
  expect(read({ NOTIFY_TOKEN: 'S3cret€' }).problems).toEqual([
    expect.stringMatching(/^NOTIFY_TOKEN: got \*\*\*, expected/),
  ]));

test('errors show no part of the address that may be secret', () => {
  read({ NOTIFY_URL: 'https://me:open%20sesame@hooks.example/services/T0pSecret/x?key=k3y-of-all&n=1' });
  for (const text of [
    '/services/T0pSecret/x',
    'k3y-of-all',
    'open sesame',
    'open%20sesame',
    Buffer.from('me:open sesame').toString('base64'),
  ])
    expect(describeError(new Error(`bad ${text}`))).toMatch(/^bad \/?\*\*\*/);
  expect(describeError(new Error('getaddrinfo ENOTFOUND hooks.example'))).toBe('getaddrinfo ENOTFOUND hooks.example');
});
