import type { YamlMap } from './yaml.ts';

/** Home Assistant from which on tiles have bars and graphs; before, an error stands in their place. */
const firstWithTileFeatures = { year: 2025, month: 11 };

function hasTileFeatures(version: string): boolean {
  const [year = 0, month = 0] = version.split('.').map(Number);
  const { year: firstYear, month: firstMonth } = firstWithTileFeatures;
  return year > firstYear || (year === firstYear && month >= firstMonth);
}

const isTile = (value: unknown): value is { features?: unknown; grid_options?: object } =>
  typeof value === 'object' && value !== null && 'type' in value && value.type === 'tile';

function withoutFeatures(_key: string, value: unknown): unknown {
  if (!isTile(value)) return value;
  const { features: _, grid_options: options, ...tile } = value;
  return { ...tile, grid_options: { ...options, rows: 1 } };
}

/** The dashboard without what this release of Home Assistant does not know; `version` as `2026.11.0`. */
export const dashboardForRelease = (config: YamlMap, version: string): YamlMap =>
  hasTileFeatures(version) ? config : (JSON.parse(JSON.stringify(config), withoutFeatures) as YamlMap);
