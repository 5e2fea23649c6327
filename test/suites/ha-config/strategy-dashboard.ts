import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../helpers/until.ts';
import { folder } from './stage.ts';

/** A phone, a tablet, one on the wall; each of them light or dark. */
export const screens = [
  { name: 'phone', width: 400, colorScheme: 'dark' },
  { name: 'tablet', width: 900, colorScheme: 'light' },
  { name: 'wall', width: 1900, colorScheme: 'dark' },
] as const;
type Screen = (typeof screens)[number];

/** Adds a dashboard of the strategy to the configuration, for the next start of Home Assistant. */
export function configureStrategy(config: string): void {
  mkdirSync(join(config, 'www'), { recursive: true });
  cpSync(join(folder, 'strategy/infra-monitor-strategy.js'), join(config, 'www/infra-monitor-strategy.js'));
  writeFileSync(join(config, 'auto.yaml'), 'strategy:\n  type: custom:infra-monitor\n');
  const file = join(config, 'configuration.yaml');
  const lines = [
    'frontend:',
    '  extra_module_url: [/local/infra-monitor-strategy.js]',
    'lovelace:',
    '  dashboards:',
    '    infra-auto: {mode: yaml, filename: auto.yaml, title: Lab}',
  ];
  writeFileSync(file, `${readFileSync(file, 'utf8').trimEnd()}\n${lines.join('\n')}\n`);
}

/** Shows a view on each of these screens, and counts its cards in error there. `SHOTS`: a folder for what is seen. */
export async function countErrors(
  page: Page,
  path: string,
  on: readonly Screen[],
  look: (screen: Screen) => Promise<void> = async () => undefined,
): Promise<Record<string, number>> {
  await page.goto(`/${path}`);
  const card = page.locator('hui-tile-card, hui-history-graph-card').first();
  const late = page.getByText('Timeout waiting for strategy element').first();
  const errors = page.locator('hui-error-card, hui-warning, hui-error-badge, hui-error-heading-badge');
  const counts: Record<string, number> = {};
  for (const screen of on) {
    const { name, width, colorScheme } = screen;
    await page.setViewportSize({ width, height: 1000 });
    await page.emulateMedia({ colorScheme });
    await until(
      `cards on ${path}`,
      async () => {
        // The frontend waits for five seconds until a strategy's file has come.
        if (await late.isVisible()) await page.reload();
        return card.isVisible();
      },
      60,
    );
    await look(screen);
    counts[name] = await errors.count();
    const { SHOTS } = process.env;
    const language = await page.evaluate('navigator.language');
    const file = `${path.replaceAll('/', '-')}-${name}-${colorScheme}-${language}.png`;
    if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, file) });
  }
  return counts;
}
