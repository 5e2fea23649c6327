import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entityIdPrefix, formatComponentKey, parseComponentKey, slug } from '../../src/model/naming.ts';

test.each([
  ['nas', 'nas'],
  ['My-NAS.local', 'my_nas_local'],
  ['/mnt/data', 'mnt_data'],
  ['S4EWNX0N123456', 's4ewnx0n123456'],
  ['C:', 'c'],
  ['Küche', 'kuche_a9ec87'],
  ['台所', '1bcb37'],
  ['', 'e3b0c4'],
])('slug of %j is %j', (text, expected) => expect(slug(text)).toBe(expected));

test('a slug fits every topic and id', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      (text) => /^[a-z0-9]+(_[a-z0-9]+)*$/.test(slug(text)) && slug(text).length <= 60,
    ),
  );
});

test('texts with other characters have different slugs', () => expect(slug('Küche')).not.toBe(slug('Köche')));

test('entity ids begin with the agent’s name, or with an id of its own', () => {
  const prefix = (name: string, id = slug(name)) =>
    [name, `${name} Samsung SSD`, 'Berlin', `${name}box`].map((device) => entityIdPrefix({ id, name }, device));
  expect(prefix('My NAS')).toEqual(['my_nas', 'my_nas_samsung_ssd', 'berlin', 'my_nasbox']);
  expect(prefix('Küche', 'nas')).toEqual(['nas', 'nas_samsung_ssd', 'berlin', slug('Küchebox')]);
  expect(prefix('raspi', 'pi')).toEqual(['pi', 'pi_samsung_ssd', 'berlin', 'raspibox']);
});

test('a component key contains collector, table, part and metric', () => {
  const part = { collector: 'host', table: 'filesystem', part: 'mnt_data', metric: 'used' };
  const whole = { collector: 'home_assistant', table: 'instance', metric: 'core_state' };
  expect(formatComponentKey(part)).toBe('host-filesystem_mnt_data-used');
  expect(parseComponentKey(formatComponentKey(part))).toEqual(part);
  expect(parseComponentKey(formatComponentKey(whole))).toEqual(whole);
  expect(parseComponentKey('something else')).toBeUndefined();
});
