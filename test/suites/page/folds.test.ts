import { expect, test } from 'vitest';
import { hostCollector } from '../../../src/collectors/host/index.ts';
import { household } from '../../helpers/household.ts';
import { until } from '../../helpers/until.ts';
import { browser, live, servePage } from './browser.ts';

const { open } = browser();

const disks = 'details[id="host/nas/disk/"]';

/** The household, and what gives its host another reading. */
async function pageOfHousehold() {
  const shown = household(new Date());
  const { url, updateListeners } = await servePage(shown);
  const page = await open(url);
  await live(page);
  return {
    page,
    url,
    async readAnew(name: string) {
      const device = { id: 'nas', name };
      const observations = [{ table: 'host' as const, device, reading: { memory: { total: 100, available: 42 } } }];
      shown.state.record(hostCollector, { ok: true, observations: observations as never, at: new Date(), seconds: 0 });
      updateListeners();
      await until('the new reading', () => page.locator(`h3:text-is("${name}")`).isVisible());
    },
  };
}

test('what the reader folds stays folded with new readings and after a reload', async () => {
  const { page, readAnew } = await pageOfHousehold();
  const disk = page.locator('h4:text("Disk sda")');
  expect(await disk.isVisible()).toBe(true);
  await page.locator(`${disks} summary`).click();
  expect(await disk.isVisible()).toBe(false);
  await readAnew('the same nas');
  expect(await disk.isVisible()).toBe(false);
  await page.reload();
  await live(page);
  expect(await disk.isVisible()).toBe(false);
  expect(await page.locator('h4:text("File system /srv/media")').isVisible()).toBe(true);
});

test('the keyboard folds, and a link unfolds what it leads to', async () => {
  const { page } = await pageOfHousehold();
  const group = page.locator('details[id="host/nas/file_system/"]');
  await group.locator('summary').focus();
  await page.keyboard.press('Enter');
  const part = page.locator('[id="host/nas/filesystem_mnt_backup"]');
  expect(await part.isVisible()).toBe(false);
  await page.locator('#summary a', { hasText: '/mnt/backup' }).click();
  await until('the file system', () => part.isVisible());
  expect(await page.evaluate('document.activeElement.id')).toBe('host/nas/filesystem_mnt_backup');
});

test.each(['%', '%e2%82'])('an address that ends in #%s leads nowhere, and the page goes on', async (end) => {
  const { page, url } = await pageOfHousehold();
  // Another page first: only the end of the address would load nothing.
  await page.goto('about:blank');
  await page.goto(`${url}#${end}`);
  await live(page);
});

test('a folded group says what is wrong in it', async () => {
  const { page } = await pageOfHousehold();
  expect(await page.locator('details[id="host/nas/file_system/"] > summary').textContent()).toBe(
    'File systems 4 degraded',
  );
});
