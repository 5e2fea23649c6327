import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allCollectors } from '../../src/collectors/index.ts';
import { parseSettings, titledSettingsSchemas } from '../../src/settings/index.ts';
import { printableValue } from '../../src/settings/printable-value.ts';

test.each([
  ['mqtt://john.home:hunter2', 'mqtt://john.home:***'],
  ['mqtt://me.box:hunter2', 'mqtt://me.box:***'],
  ['localhost:hunter2', 'localhost:***'],
  ['1.2.3.4:hunter2', '1.2.3.4:***'],
  ['mqtt://nas:1hunter', 'mqtt://nas:***'],
  ['mqtt://me:p@ss@nas:hunter2', 'mqtt://***@nas:***'],
  ['mqtt://me:1/hunter2', 'mqtt://me:1/***'],
  ['mqtt://me:1,hunter2', 'mqtt://me:1,***'],
  ['mqtt://me:deadbeef', 'mqtt://me:***'],
  ['mqtt://[fd00::1]:hunter2', 'mqtt://[fd00::1]:***'],
  ['mqtt://me%3Ahunter2%40nas', 'mqtt://me%3A***'],
  ['mqtt://me:p%40hunter2', 'mqtt://me:***'],
  ['me%3ahunter2', 'me%3a***'],
  ['mqtt:me:hunter2', 'mqtt:***'],
  ['//me:hunter2@nas', '***@nas'],
  ['//me:hunter2', '//me:***'],
  ['cellar=http://nas?token=hunter2', 'cellar=http://nas?***'],
  ['http://nas#hunter2', 'http://nas#***'],
])('%s is shown as %s', (value, shown) => expect(printableValue(value)).toBe(`"${shown}"`));

test.each([
  'loud',
  '* * * * *',
  'mqtt://nas:99999',
  'mqtts://:8883',
  'a=http://nas:99999/,b=http://nas:1',
  'mqtt://[fd00::1]:1883',
  'http://fd00::5:8123',
  'fd00::1',
  'Phone of Ada=AA:BB:CC:00:11:2G,Laptop=AA:BB:CC:00:11:22',
])('%s is shown as it is', (value) => expect(printableValue(value)).toBe(`"${value}"`));

/** What every error of these settings says. */
function errorOf(variables: Record<string, string>): string {
  try {
    parseSettings(allCollectors, variables);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
}

const settings = titledSettingsSchemas(allCollectors).flatMap(({ schema }) => Object.keys(schema.shape));
const places = {
  scheme: fc.constantFrom('mqtt://', 'htp://', 'http://', 'tcp://', 'home=https://', '//', 'mqtt:', ''),
  user: fc.constantFrom(
    'me',
    'john.home',
    'me.box',
    'localhost',
    '1.2.3.4',
    'nas.local',
    '',
    'me%3A',
    '[fd00::1]',
    'a@b',
  ),
  colon: fc.constantFrom(':', '%3A', '%3a'),
  rest: fc.constantFrom('', '@', '%40', '@nas', '@nas:x', '@@nas', '/', '/path@nas', ',mqtt://nas:x', ' ', '@fd00::1'),
  // In front of a secret, it may be taken for a port, a path or a query.
  beginning: fc.constantFrom(
    '',
    '1',
    '12/',
    '0x',
    '#',
    '?',
    '/',
    '12,',
    '@',
    ':',
    'é',
    '%',
    '%40',
    '[',
    '//',
    '=',
    ' ',
  ),
};

test('no password of a URL is in any error, with or without a host', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...settings),
      fc.record(places),
      fc.string({ minLength: 1, maxLength: 3 }),
      (name, { scheme, user, colon, beginning, rest }, more) => {
        const value = `${scheme}${user}${colon}${beginning}hunter${more}${rest}`.replaceAll('\0', '');
        const secretIsHost = !/@./.test(rest) && `${beginning}${more}`.includes('@');
        const userIsScheme = scheme === '' && beginning === '//';
        fc.pre(!isIPv6(value) && !secretIsHost && !userIsScheme);
        const message = errorOf({ AGENT_NAME: 'nas', MQTT_URL: 'mqtt://nas', [name]: value, HTTP_PORT: 'x' });
        expect(message).toContain('HTTP_PORT: ');
        expect(message).not.toContain('hunter');
      },
    ),
    { numRuns: 1000 },
  );
});
