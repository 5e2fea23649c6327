import { expect, test } from 'vitest';
import {
  type BrokerAddress,
  brokerLoginWarnings,
  mqttSettingsSchema,
  printableBrokerUrl,
  settingsOfEachBroker,
} from '../../src/mqtt/settings.ts';

const parse = (url: string, more: Record<string, string> = {}) =>
  mqttSettingsSchema.safeParse({ MQTT_URL: url, ...more });
const address = (url: string): BrokerAddress | undefined => parse(url).data?.MQTT_URL;

test.each([
  ['mqtt://broker', { protocol: 'mqtt', host: 'broker', port: 1883, path: '' }],
  ['mqtts://broker', { protocol: 'mqtts', host: 'broker', port: 8883, path: '' }],
  ['ws://broker/mqtt?a=b', { protocol: 'ws', host: 'broker', port: 80, path: '/mqtt?a=b' }],
  ['wss://broker/mqtt', { protocol: 'wss', host: 'broker', port: 443, path: '/mqtt' }],
  ['wss://broker:8443', { protocol: 'wss', host: 'broker', port: 8443 }],
  ['embedded://127.0.0.1', { protocol: 'embedded', host: '127.0.0.1', port: 1883, path: '' }],
  ['mqtt://[fd00::1]:1884', { protocol: 'mqtt', host: 'fd00::1', port: 1884 }],
  ['mqtt://me@broker', { host: 'broker', username: 'me' }],
])('%s', (url, expected) => {
  expect(address(url)).toMatchObject(expected);
  expect(address(url)?.password).toBeUndefined();
});

test('user names and passwords may have any characters, and are not shown', () => {
  const found = address('mqtt://a%40b:s%3Ae%2Fs@broker:99');
  expect(found?.username).toBe('a@b');
  expect(found?.password?.reveal()).toBe('s:e/s');
  expect(JSON.stringify(found)).not.toContain('s:e/s');
  expect(address('mqtt://broker')).not.toHaveProperty('username');
  expect(address('mqtt://broker')).not.toHaveProperty('password');
});

test.each([
  'broker',
  'http://broker',
  'mqtt://',
  'mqtt:broker',
  'mqtt://br oker',
  'amqtt://broker',
  'mqtt://a:99999',
  '',
])('“%s” is not a broker address', (url) => expect(address(url)).toBeUndefined());

test.each([
  ['mqtt://a,mqtt://b:1884,mqtts://c', ['mqtt://a:1883', 'mqtt://b:1884', 'mqtts://c:8883']],
  ['mqtt://a mqtt://b', ['mqtt://a:1883', 'mqtt://b:1883']],
  ['mqtt://a ,  wss://b/mqtt', ['mqtt://a:1883', 'wss://b:443']],
  ['mqtt://me:se,same@a, mqtt://[fd00::1]', ['mqtt://a:1883', 'mqtt://[fd00::1]:1883']],
  ['mqtt://a', ['mqtt://a:1883']],
])('%s: tried in this order', (text, urls) => {
  const settings = parse(text).data;
  expect(settings && settingsOfEachBroker(settings).map(({ MQTT_URL }) => printableBrokerUrl(MQTT_URL))).toEqual(urls);
});

test('each of several brokers has the login of its own URL', () => {
  const settings = parse('mqtt://me:se,same@a,mqtt://you:open@b,mqtt://c').data;
  const logins =
    settings &&
    settingsOfEachBroker(settings).map(({ MQTT_URL: { username, password } }) => [username, password?.reveal()]);
  expect(logins).toEqual([
    ['me', 'se,same'],
    ['you', 'open'],
    [undefined, undefined],
  ]);
});

test.each([
  'mqtt://a,b',
  'mqtt://a,mqtt://',
  'mqtt://a,http://b',
  'mqtt://a,embedded://127.0.0.1',
  'embedded://127.0.0.1,mqtt://a',
  'mqtt://a b',
])('“%s” is no list of brokers', (text) => expect(address(text)).toBeUndefined());

test('the scheme may be in capitals, as in any URL', () =>
  expect(address('MQTTS://Broker')).toMatchObject({ protocol: 'mqtts', port: 8883 }));

test('formatted without credentials', () => {
  const shown = (url: string) => printableBrokerUrl(address(url) as BrokerAddress);
  expect(shown('mqtt://me:sesame@broker')).toBe('mqtt://broker:1883');
  expect(shown('embedded://127.0.0.1:99')).toBe('mqtt://127.0.0.1:99');
  expect(shown('wss://[fd00::1]/mqtt')).toBe('wss://[fd00::1]:443');
});

test.each([
  ['lab', true],
  ['lab/cellar', true],
  ['a b', true],
  ['/lab', false],
  ['lab/', false],
  ['a//b', false],
  ['lab/#', false],
  ['+', false],
])('base topic “%s”: %s', (topic, fine) =>
  expect(parse('mqtt://broker', { MQTT_BASE_TOPIC: topic }).success).toBe(fine),
);

test.each([
  ['mqtt://broker', { MQTT_PASSWORD: 'sesame' }, ['MQTT_PASSWORD is set and MQTT_USERNAME is not']],
  ['mqtt://me@broker,mqtt://other', { MQTT_PASSWORD: 'sesame' }, ['MQTT_PASSWORD is set and MQTT_USERNAME is not']],
  ['mqtt://:sesame@broker', {}, ['MQTT_URL has a password and no user name']],
  ['mqtt://broker', { MQTT_USERNAME: 'me', MQTT_PASSWORD: 'sesame' }, []],
  ['mqtt://me@broker', { MQTT_PASSWORD: 'sesame' }, []],
  ['mqtt://broker', { MQTT_USERNAME: 'me' }, []],
  ['embedded://127.0.0.1', { MQTT_PASSWORD: 'sesame' }, []],
] as const)('the login of %s with %j: warnings', (url, login, expected) => {
  const warnings = brokerLoginWarnings(mqttSettingsSchema.parse({ MQTT_URL: url, ...login }));
  expect(warnings.map((text) => text.split(':')[0])).toEqual(expected);
});
