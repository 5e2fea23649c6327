import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import { household } from '../../helpers/household.ts';
import { browser, findings, live, servePage } from './browser.ts';

const { open } = browser();

const serve = (shown = household(new Date())) => servePage(shown).then(({ url }) => url);

/** Pixels by which something is wider than the window. */
const overhang = (page: Page) =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');

const screens = {
  phone: { width: 320, height: 640 },
  tablet: { width: 800, height: 1100 },
  wide: { width: 1920, height: 1080 },
};
const schemes = ['light', 'dark'] as const;

describe.each(schemes)('in %s', (colorScheme) => {
  test.each(Object.entries(screens))(
    'on a %s screen axe-core finds nothing, and nothing overflows',
    async (name, viewport) => {
      const page = await open(await serve(), { colorScheme, viewport });
      await live(page);
      expect(await findings(page)).toEqual([]);
      expect(await overhang(page)).toBe(0);
      const { PAGE_PICTURES: pictures } = process.env;
      if (pictures !== undefined)
        await page.screenshot({ path: `${pictures}/${name}-${colorScheme}.png`, fullPage: true });
    },
  );
});

test.each(['phone', 'wide'] as const)(
  'in German on a %s screen, axe-core finds nothing, and nothing overflows',
  async (screen) => {
    for (const colorScheme of schemes) {
      const shown = { ...household(new Date()), language: germanNamesAndPageTexts };
      const page = await open(await serve(shown), { colorScheme, viewport: screens[screen], locale: 'de-DE' });
      await live(page);
      expect(await findings(page)).toEqual([]);
      expect(await overhang(page)).toBe(0);
      expect(await page.locator('#live').textContent()).toBe('live');
      await page.locator('svg.uptime').first().hover();
      expect(await page.locator('#tip').textContent()).toMatch(/^\d\d:\d\d (ja|unbekannt)$/);
      await page.locator('svg.line[data-digits="1"]').first().hover();
      expect(await page.locator('#tip').textContent()).toMatch(/^\d\d:\d\d \d+,\d\u202f/);
      const { PAGE_PICTURES: pictures } = process.env;
      if (pictures !== undefined)
        await page.screenshot({ path: `${pictures}/german-${screen}-${colorScheme}.png`, fullPage: true });
    }
  },
);

test('dark and light colour schemes', async () => {
  const url = await serve();
  const brightness = async (colorScheme: 'light' | 'dark') => {
    const page = await open(url, { colorScheme });
    return page.evaluate('Number(/[0-9]+/.exec(getComputedStyle(document.body).backgroundColor)[0])');
  };
  expect(await brightness('light')).toBeGreaterThan(200);
  expect(await brightness('dark')).toBeLessThan(50);
});

test.each(['', '?range=day'])(
  'without JavaScript everything is shown, and the page reloads by itself (%s)',
  async (query) => {
    const page = await open(`${await serve()}/${query}`, { javaScriptEnabled: false });
    expect(await page.locator('#summary h2').textContent()).toBe('2 things are wrong');
    expect(await page.locator('article').count()).toBe(7);
    expect(await page.locator('article:visible').count()).toBe(7);
    expect(await page.locator('time').first().textContent()).not.toBe('');
    expect(await page.locator('svg.line:visible').count()).toBeGreaterThan(20);
    await page.locator('summary', { hasText: 'Disks' }).click();
    expect(await page.locator('h4:text("Disk sda")').isVisible()).toBe(false);
    expect(await page.locator('meta[http-equiv=refresh]').count()).toBe(1);
  },
);

test('the keyboard leads from a problem to its device', async () => {
  const page = await open(await serve());
  await live(page);
  const next = async () => {
    await page.keyboard.press('Tab');
    return page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()');
  };
  const stops = async (count: number) => {
    const found: string[] = [];
    for (let stop = 0; stop < count; stop += 1) found.push(await next());
    return found;
  };
  expect(await stops(8)).toEqual([
    'last hour',
    'last day',
    'Sites',
    'Host 1 wrong',
    'NVMe drives 1 wrong',
    'Routers',
    'Home Assistant',
    'Samsung 970 EVO',
  ]);
  expect(await next()).toBe('nas File system /mnt/backup');
  expect(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle')).toBe('solid');
  await page.keyboard.press('Enter');
  expect(await page.evaluate('document.activeElement.id')).toBe('host/nas/filesystem_mnt_backup');
  expect(await stops(10)).toEqual([
    'Network interfaces 2',
    'Disks 2',
    'all values (JSON) of NVMe drives',
    'all values (JSON) of Routers',
    'home',
    'all values (JSON) of Home Assistant',
    'Home Assistant',
    'health',
    'metrics',
    'API',
  ]);
});

test('hostile names and texts do nothing, and nothing overflows', async () => {
  const shown = household(new Date());
  const hostile = `<script>alert(1)</script>"'><img src=x onerror=alert(1)></style>${'long'.repeat(100)}`;
  for (const entry of shown.state.collectors.get('host')?.entries.values() ?? []) {
    Object.assign(entry.device, { name: hostile, model: hostile, configurationUrl: 'javascript:alert(1)' });
    if (entry.part !== undefined) Object.assign(entry, { part: { ...entry.part, name: hostile }, error: hostile });
  }
  const page = await open(await serve({ ...shown, agent: { ...shown.agent, name: hostile, site: hostile } }), {
    viewport: screens.phone,
  });
  page.on('dialog', () => expect.fail('it ran'));
  await live(page);
  expect(await page.locator('h1').textContent()).toContain(hostile);
  expect(await page.locator('img, main script, main style').count()).toBe(0);
  expect(await overhang(page)).toBe(0);
});
