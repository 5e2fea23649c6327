import type { Locator, Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { household } from '../../helpers/household.ts';
import { browser, live, servePage } from './browser.ts';

const { open } = browser();

async function openPage(query = '') {
  const page = await open(`${(await servePage(household(new Date()))).url}/${query}`, { timezoneId: 'UTC' });
  await live(page);
  return page;
}

const tip = (page: Page) => page.locator('#tip').textContent();
const cpu = (page: Page) => page.locator('[id="host/nas"] > .numbers dt:text-is("CPU") ~ dd svg.line');
const reachable = (page: Page) => page.locator('[id="router/home"] dt:text-is("Reachable") ~ dd svg.uptime');

async function pointAt(page: Page, graph: Locator, share: number) {
  await graph.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await graph.boundingBox()) ?? expect.fail('it is not shown');
  await page.mouse.move(x + width * share, y + height / 2);
}

test('the value and its time are shown under the pointer, and go with it', async () => {
  const page = await openPage();
  await pointAt(page, cpu(page), 43 / 59);
  expect(await tip(page)).toMatch(/^\d\d:\d\d.* 88\u202f%$/);
  expect(await page.locator('#tip').isVisible()).toBe(true);
  await pointAt(page, reachable(page), 0.5);
  expect(await tip(page)).toMatch(/^\d\d:\d\d.* yes$/);
  await page.mouse.move(1, 1);
  expect(await page.locator('#tip').isVisible()).toBe(false);
});

test('a day has the mean of each quarter of an hour, the least and the most', async () => {
  const page = await openPage('?range=day');
  await page.locator('[id="host/nas"] > .numbers svg.line').first().focus();
  // The current one may have just begun.
  await page.keyboard.press('ArrowLeft');
  expect(await tip(page)).toMatch(/^\d\d:(00|15|30|45).* \d+\u202f% \(\d+ to \d+\)$/);
});

test('arrows lead along a graph and to the next one, and Tab stops at one of them', async () => {
  const page = await openPage();
  expect(await page.locator('svg[tabindex="0"]').count()).toBe(1);
  await cpu(page).focus();
  const last = await tip(page);
  for (let minute = 0; minute < 16; minute += 1) await page.keyboard.press('ArrowLeft');
  expect(await tip(page)).toMatch(/ 88\u202f%$/);
  await page.keyboard.press('End');
  expect(await tip(page)).toBe(last);
  await page.keyboard.press('ArrowDown');
  expect(await page.evaluate('document.activeElement.closest("div").querySelector("dt").textContent')).toBe(
    'CPU temperature',
  );
  expect(await tip(page)).toMatch(/ \d+\u202f°C$/);
  expect(await page.locator('svg[tabindex="0"]').count()).toBe(1);
  await page.keyboard.press('Escape');
  expect(await page.locator('#tip').isVisible()).toBe(false);
});

test('the links of hour and day keep the page live', async () => {
  const page = await openPage();
  await page.locator('#range a', { hasText: 'day' }).click();
  await live(page);
  expect(await cpu(page).getAttribute('aria-label')).toMatch(/^last day /);
  expect(await page.locator('#range [aria-current]').textContent()).toBe('last day');
  await page.locator('#index a', { hasText: 'Routers' }).click();
  expect(new URL(page.url()).search).toBe('?range=day');
  await page.locator('#range a', { hasText: 'hour' }).click();
  expect(new URL(page.url()).search).toBe('');
});
