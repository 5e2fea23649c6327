import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ProcessCounter } from '../../../../src/collectors/host/linux/process-counter.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { hostRoots, tree } from '../../../helpers/tree.ts';
import { until } from '../../../helpers/until.ts';

test('processes; unknown where hidepid shows this user’s alone', () => {
  const count = (files: Record<string, string>) => new ProcessCounter().count(tree(files));
  expect(count({ 'proc/1/comm': '', 'proc/77/comm': '', 'proc/self/comm': '', 'proc/1x/comm': '' })).toBe(2);
  expect(count({ 'proc/77/comm': '', 'proc/self/comm': '' })).toBeUndefined();
  expect(count({})).toBeUndefined();
});

test('a process that begins or ends within five minutes is counted, and so is one after other folders of /proc came', () => {
  const { turn } = stopClock();
  const roots = tree({ 'proc/1/comm': '', 'proc/77/comm': '', 'proc/net/dev': '' });
  const counter = new ProcessCounter();
  expect(counter.count(roots)).toBe(2);
  mkdirSync(roots.proc('78'));
  expect(counter.count(roots)).toBe(3);
  rmSync(roots.proc('77'), { recursive: true });
  expect(counter.count(roots)).toBe(2);
  mkdirSync(roots.proc('asound'));
  turn(300);
  expect(counter.count(roots)).toBe(2);
});

test.runIf(process.platform === 'linux')('this machine’s processes are as many as /proc lists', async () => {
  const counter = new ProcessCounter();
  const listed = () => readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  await until('the numbers agree between two processes', () => {
    const before = listed();
    const counted = counter.count(hostRoots());
    return counted === before && before === listed();
  });
});
