import { expect, test } from 'vitest';
import { deviceSummaryCards } from '../../../src/views/home-assistant/device-summary-cards.ts';
import type { LabEntity } from '../../../src/views/home-assistant/lab-device.ts';

const usedOf = (path: string): LabEntity => ({
  collector: 'host',
  table: 'filesystem',
  metric: 'used',
  part: path,
  id: `sensor.used_of_${path}`,
  name: `File system ${path} used`,
  platform: 'sensor',
  isMeasurement: true,
  hasNumber: true,
  stateWords: {},
  diagnostic: false,
  enabled: true,
});

test('the file systems of a machine stand in the order of their paths', () => {
  const entities = ['/media/usb', '/boot/firmware', '/', '/boot'].map(usedOf);
  const cards = deviceSummaryCards({ id: 'pi', name: 'pi', icon: 'mdi:server', entities });
  // Each has a tile for each color.
  const names = new Set(cards.flatMap(({ type, name }) => (type === 'tile' ? name : [])));
  expect([...names]).toEqual(['/', '/boot', '/boot/firmware', '/media/usb']);
});
