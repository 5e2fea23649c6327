import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { describeError, UnredactedMessageError } from '../../src/model/errors.ts';
import { redactSecrets, registerPublicText, Secret } from '../../src/model/secret.ts';

const word = 'Gürken/50% "$1"';
const secret = new Secret(word);
const short = new Secret('Rose');

const inUrl = new URL('http://host');
inUrl.password = word;

test.each([
  ['as it is', `refused: ${word}.`],
  ['in an address', `POST ${inUrl.href}`],
  ['encoded', `?token=${encodeURIComponent(word)}&a=b`],
  ['encoded, in small letters', encodeURIComponent(word).toLowerCase()],
  ['in JSON', JSON.stringify({ password: word })],
  ['as Node shows it', inspect({ input: word })],
  ['in the middle of a word', `x${word}x`],
  ['in Basic authentication', `Basic ${Buffer.from(word).toString('base64')}`],
])('a secret is redacted: %s', (_, text) => {
  expect(redactSecrets(text)).toContain('***');
  expect(redactSecrets(text)).not.toMatch(/gürken|g%C3%BCrken|R8O8cmtlb/i);
});

test('a short secret is redacted as a whole word only, a very short one never', () => {
  new Secret('on');
  expect(redactSecrets('on Rosenheim: rose:Rose@host, %20Rose')).toBe('on Rosenheim: ***:***@host, %20Rose');
  expect(short.reveal()).toBe('Rose');
});

test('a secret of any length is redacted', () => {
  const long = 'Rätsel'.repeat(4000);
  new Secret(long);
  expect(redactSecrets(`refused: ${long}, ${encodeURIComponent(long)}, Rose.`)).toBe('refused: ***, ***, ***.');
});

test('described errors and their causes contain no secret', () => {
  const cause = new Error(`getaddrinfo ENOTFOUND ${word}`);
  expect(describeError(new TypeError('fetch failed', { cause }))).toBe('fetch failed: getaddrinfo ENOTFOUND ***');
  expect(describeError(new AggregateError([cause, new Error('other')], ''))).toContain('***: other');
});

test('what the agent publishes anyway is kept as a whole word, though it is a secret or contains one', () => {
  new Secret('infra-hub');
  new Secret('infra-hub-9');
  new Secret('Password');
  for (const text of ['infra-hub', 'MQTT_PASSWORD']) registerPublicText(text);
  expect(redactSecrets('refused infra-hub/nas (check MQTT_PASSWORD)')).toBe(
    'refused infra-hub/nas (check MQTT_PASSWORD)',
  );
  expect(redactSecrets('infra-hub-9 xinfra-hub infra-hub9 password')).toBe('*** x*** ***9 ***');
});

test('the agent’s own words are kept, those of a cause are not, and the same sentence is not said twice', () => {
  new Secret('broker');
  const cause = new Error('getaddrinfo ENOTFOUND broker');
  const error = new UnredactedMessageError('the broker does not answer', { cause });
  expect(describeError(error)).toBe('the broker does not answer: getaddrinfo ENOTFOUND ***');
  expect(describeError(new UnredactedMessageError(describeError(error), { cause: error }))).toBe(describeError(error));
});

test('a secret prints as asterisks', () =>
  expect(`${secret} ${JSON.stringify({ secret })} ${inspect(secret)}`).not.toContain('Gürken'));

test('a secret from a file changes only when it is read again, and what it was stays secret', () => {
  let text: string | undefined = 'first-one';
  const changing = new Secret('first-one').from(() => text);
  expect(changing.refresh()).toBe(false);
  text = 'second-one';
  expect(changing.reveal()).toBe('first-one');
  expect([changing.refresh(), changing.refresh(), changing.reveal()]).toEqual([true, false, 'second-one']);
  expect(redactSecrets('first-one, second-one')).toBe('***, ***');
  // The file is gone.
  text = undefined;
  expect([changing.refresh(), changing.reveal()]).toEqual([false, 'second-one']);
  expect(new Secret('x').refresh()).toBe(false);
});
