import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { until } from '../../helpers/until.ts';
import { openPage } from '../home-assistant/dashboard.ts';
import type { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { folder } from './stage.ts';

/** A phone, a tablet, one on the wall; each of them light or dark. */
export const screens = [
  { screen: 'phone', width: 400, colorScheme: 'dark' },
  { screen: 'tablet', width: 900, colorScheme: 'light' },
  { screen: 'wall', width: 1900, colorScheme: 'dark' },
] as const;

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

/** How many cards of a view are in error on this screen. `SHOTS`: a folder for what is seen. */
export async function countErrors(
  homeAssistant: HomeAssistant,
  { screen, width, colorScheme, locale = 'en-US' }: (typeof screens)[number] & { locale?: string },
  path: string,
  look: (page: Page) => Promise<void> = async () => undefined,
): Promise<number> {
  const url = `http://127.0.0.1:${homeAssistant.port}`;
  const page = await openPage(url, homeAssistant.token, { viewport: { width, height: 1000 }, colorScheme, locale });
  await page.goto(`${url}/${path}`);
  const card = page.locator('hui-tile-card, hui-history-graph-card').first();
  const late = page.getByText('Timeout waiting for strategy element').first();
  await until(
    `cards on ${path}`,
    async () => {
      // The frontend waits for five seconds until a strategy's file has come.
      if (await late.isVisible()) await page.reload();
      return card.isVisible();
    },
    60,
  );
  const errors = page.locator('hui-error-card, hui-warning, hui-error-badge, hui-error-heading-badge');
  await look(page);
  const count = await errors.count();
  const { SHOTS } = process.env;
  const name = `${homeAssistant.version}-${path.replaceAll('/', '-')}-${screen}-${colorScheme}-${locale}`;
  if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  await page.context().browser()?.close();
  return count;
}
