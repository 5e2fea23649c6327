import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deviceDiscoveryTopic,
  deviceSlugOfDiscoveryTopic,
  entryPath,
  formatComponentKey,
  parseComponentKey,
  slug,
} from '../../src/model/naming.ts';
import { agent } from '../helpers/sample-collector.ts';

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

test('a component key contains collector, table, part and metric', () => {
  const part = { collector: 'host', table: 'filesystem', part: 'mnt_data', metric: 'used' };
  const whole = { collector: 'home_assistant', table: 'instance', metric: 'core_state' };
  expect(formatComponentKey(part)).toBe('host-filesystem_mnt_data-used');
  expect(parseComponentKey(formatComponentKey(part))).toEqual(part);
  expect(parseComponentKey(formatComponentKey(whole))).toEqual(whole);
  expect(parseComponentKey('something else')).toBeUndefined();
});

test('the path of a part is below its device', () => {
  const device = { id: 'NAS', name: 'NAS' };
  expect(entryPath('host', device)).toBe('nas');
  expect(entryPath('filesystem', device, { id: '/mnt/a', name: 'A' })).toBe('nas/filesystem_mnt_a');
});

test('discovery topics contain their device', () => {
  expect(deviceDiscoveryTopic(agent, 'drive_1')).toBe('homeassistant/device/infra-monitor_nas/drive_1/config');
  expect(deviceSlugOfDiscoveryTopic(agent, deviceDiscoveryTopic(agent, 'drive_1'))).toBe('drive_1');
  expect(deviceSlugOfDiscoveryTopic(agent, 'homeassistant/device/infra-monitor_other/drive_1/config')).toBeUndefined();
});
