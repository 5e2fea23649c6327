import { expect, test } from 'vitest';
import { dashboardForRelease } from '../../../src/views/home-assistant/older-releases.ts';

const tile = {
  type: 'tile',
  entity: 'sensor.a',
  features: [{ type: 'bar-gauge' }],
  grid_options: { columns: 6, rows: 2 },
};
const wide = { type: 'tile', entity: 'update.a', grid_options: { columns: 12 } };
const config = { views: [{ sections: [{ cards: [{ type: 'heading', heading: 'A' }, tile, wide] }] }] };

test('tiles have bars and graphs from the release on that knows them', () => {
  for (const version of ['2025.11.0', '2025.12.1', '2026.2.3', '2027.1.0.dev0'])
    expect(dashboardForRelease(config, version)).toEqual(config);
  const without = { type: 'tile', entity: 'sensor.a', grid_options: { columns: 6, rows: 1 } };
  const stillWide = { ...wide, grid_options: { columns: 12, rows: 1 } };
  for (const version of ['2025.2.5', '2025.10.4', '2024.12.0', 'nonsense'])
    expect(dashboardForRelease(config, version)).toEqual({
      views: [{ sections: [{ cards: [{ type: 'heading', heading: 'A' }, without, stillWide] }] }],
    });
});
