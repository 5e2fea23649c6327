import type { YamlMap, YamlValue } from './yaml.ts';

/** Home Assistant from which on tiles have bars and graphs; before, an error stands in their place. */
const firstWithTileFeatures = { year: 2025, month: 11 };

function hasTileFeatures(version: string): boolean {
  const [year = 0, month = 0] = version.split('.').map(Number);
  const { year: firstYear, month: firstMonth } = firstWithTileFeatures;
  return year > firstYear || (year === firstYear && month >= firstMonth);
}

function withoutTileFeatures(value: YamlValue): YamlValue {
  if (Array.isArray(value)) return value.map(withoutTileFeatures);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutTileFeatures(member)]));
  if (copy.type !== 'tile') return copy;
  const { features: _, grid_options: options, ...tile } = copy;
  return { ...tile, grid_options: { ...(options as YamlMap), rows: 1 } };
}

/** The dashboard without what this release of Home Assistant does not know; `version` as `2026.11.0`. */
export const dashboardForRelease = (config: YamlMap, version: string): YamlMap =>
  hasTileFeatures(version) ? config : { ...config, views: withoutTileFeatures(config.views) };
