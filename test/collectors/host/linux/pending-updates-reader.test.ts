import { utimesSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { PackageManager, PendingUpdates } from '../../../../src/collectors/host/linux/package-managers.ts';
import { PendingUpdatesReader } from '../../../../src/collectors/host/linux/pending-updates-reader.ts';
import { tree } from '../../../helpers/tree.ts';

const minute = 60_000;

function setUp(answer: () => Promise<PendingUpdates>) {
  const state = tree({ 'root/status': '' }).host('status');
  let asked = 0;
  let hasLists = true;
  const manager: PackageManager = {
    state: [state],
    hasLists: () => hasLists,
    read() {
      asked += 1;
      return answer();
    },
  };
  const reader = new PendingUpdatesReader(manager);
  return {
    reader,
    asked: () => asked,
    loseLists: () => {
      hasLists = false;
    },
    install(seconds: number) {
      writeFileSync(state, 'more');
      utimesSync(state, seconds, seconds);
    },
  };
}

test('it is asked when packages have changed, at most every ten minutes, and else every six hours', async () => {
  const { reader, asked, install } = setUp(() => Promise.resolve({ count: 3, securityCount: 1 }));
  expect(reader.latest).toBeUndefined();
  await reader.refresh(0);
  expect(reader.latest).toEqual({ count: 3, securityCount: 1 });
  await reader.refresh(30 * minute);
  expect(asked()).toBe(1);
  install(1000);
  await reader.refresh(31 * minute);
  expect(asked()).toBe(2);
  install(2000);
  await reader.refresh(40 * minute);
  expect(asked()).toBe(2);
  await reader.refresh(41 * minute);
  expect(asked()).toBe(3);
  await reader.refresh((41 + 359) * minute);
  expect(asked()).toBe(3);
  await reader.refresh((41 + 360) * minute);
  expect(asked()).toBe(4);
});

test('after a failure the number is unknown, and it is asked again', async () => {
  let fails = false;
  const { reader, asked, install } = setUp(() =>
    fails ? Promise.reject(new Error('no')) : Promise.resolve({ count: 2 }),
  );
  await reader.refresh(0);
  fails = true;
  install(1000);
  await reader.refresh(10 * minute);
  expect(reader.latest).toBeUndefined();
  fails = false;
  await reader.refresh(15 * minute);
  expect(asked()).toBe(2);
  await reader.refresh(20 * minute);
  expect(reader.latest).toEqual({ count: 2 });
});

test('one question at a time', async () => {
  let answer = (_: PendingUpdates) => {};
  const { reader, asked } = setUp(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const first = reader.refresh(0);
  const second = reader.refresh(400 * minute);
  answer({ count: 1 });
  await Promise.all([first, second]);
  expect(asked()).toBe(1);
});

test('without lists, or another package manager, nobody knows', async () => {
  const { reader, asked, loseLists } = setUp(() => Promise.resolve({ count: 0 }));
  loseLists();
  await reader.refresh(0);
  expect([reader.latest, asked()]).toEqual([undefined, 0]);
  const other = new PendingUpdatesReader(undefined);
  await other.refresh(0);
  expect(other.latest).toBeUndefined();
});
