import { expect, test } from 'vitest';
import { hostNamesInGerman } from '../../../src/collectors/host/german.ts';
import { hostTables } from '../../../src/collectors/host/metrics/index.ts';
import { deviceSummaryCards, summaryMetricKeys } from '../../../src/views/home-assistant/device-summary-cards.ts';
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

test('the names of a machine’s tiles are not cut off on half a phone', () => {
  const { metrics } = hostTables.host;
  const shown = (Object.keys(metrics) as (keyof typeof metrics)[]).filter((key) =>
    summaryMetricKeys.includes(`host-${key}`),
  );
  expect(shown).toHaveLength(3);
  for (const key of shown)
    for (const name of [metrics[key].name, hostNamesInGerman.host.metrics[key]])
      expect(name.length, name).toBeLessThanOrEqual(16);
});
