import { rmSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SlowSysfsFileReader, undefinedIfUnanswered } from '../../src/lib/slow-sysfs-file-reader.ts';
import { stopClock, withoutLimits } from '../helpers/clock.ts';
import { silence } from '../helpers/silent-file.ts';
import { tree } from '../helpers/tree.ts';
import { until } from '../helpers/until.ts';

const files = (...names: string[]) => tree(Object.fromEntries(names.map((name) => [`sys/${name}`, '42\n']))).sys;

test('text without the newline, a number, undefined for a missing file', async () => {
  const sys = files('a');
  writeFileSync(sys('text'), '  a b \n');
  const drivers = new SlowSysfsFileReader();
  expect(await drivers.text(sys('text'))).toBe('  a b');
  expect(await drivers.number(sys('a'))).toBe(42);
  for (const missing of ['none', '', 'a/below']) expect(await drivers.number(sys(missing)), missing).toBeUndefined();
});

test('a file that does not answer is waited for once and read again after it has; others are read as usual', async () => {
  const { runOut } = withoutLimits();
  const sys = files('a', 'b');
  const { answer } = silence(sys('stuck'));
  const drivers = new SlowSysfsFileReader();
  const asked = Promise.allSettled(['a', 'stuck', 'b'].map((name) => drivers.number(sys(name))));
  await until('the question', () => drivers.unanswered.includes(sys('stuck')));
  runOut();
  const [a, stuck, b] = await asked;
  expect([a, b]).toEqual([42, 42].map((value) => ({ status: 'fulfilled', value })));
  expect(stuck).toMatchObject({ reason: { message: `${sys('stuck')}: no answer in 2 s` } });
  drivers.begin();
  await expect(drivers.number(sys('stuck'))).rejects.toThrow(/stuck: does not answer$/);
  expect(drivers.unanswered).toEqual([sys('stuck')]);
  await answer('1\n');
  await until('the answer', () => drivers.unanswered.length === 0);
  drivers.begin();
  const again = drivers.number(sys('stuck'));
  await answer('7\n');
  expect(await again).toBe(7);
});

test('all files of a reading share a timeout, however many do not answer', async () => {
  const sys = files('a');
  for (const name of ['1', '2', '3']) silence(sys(name));
  const drivers = new SlowSysfsFileReader();
  drivers.begin();
  const asked = await Promise.all(['1', '2', '3', 'a'].map((name) => undefinedIfUnanswered(drivers.number(sys(name)))));
  expect(asked).toEqual([undefined, undefined, undefined, undefined]);
  await expect(drivers.number(sys('a'))).rejects.toThrow(/a: not read, because other files took too long$/);
  drivers.begin();
  expect(await drivers.number(sys('a'))).toBe(42);
});

test('what is there, and what it is called, is looked at again every minute; what drivers measure each time', async () => {
  const { turn } = stopClock();
  const sys = files('chip/name', 'chip/input');
  const drivers = new SlowSysfsFileReader();
  const read = async () => {
    drivers.begin();
    return [drivers.list(sys('chip')), await drivers.constant(sys('chip/name')), await drivers.text(sys('chip/input'))];
  };
  expect(await read()).toEqual([['input', 'name'], '42', '42']);
  for (const [name, text] of [
    ['name', 'new'],
    ['input', '43'],
    ['label', 'x'],
  ] as const)
    writeFileSync(sys('chip', name), text);
  turn(59);
  expect(await read()).toEqual([['input', 'name'], '42', '43']);
  turn(1);
  expect(await read()).toEqual([['input', 'label', 'name'], 'new', '43']);
});

test('a name that could not be read in time is asked for again', async () => {
  const { runOut } = withoutLimits();
  const sys = files();
  const { answer } = silence(sys('name'));
  const drivers = new SlowSysfsFileReader();
  const asked = undefinedIfUnanswered(drivers.constant(sys('name')));
  await until('the question', () => drivers.unanswered.length > 0);
  runOut();
  expect(await asked).toBeUndefined();
  await answer('late\n');
  await until('the answer', () => drivers.unanswered.length === 0);
  rmSync(sys('name'));
  writeFileSync(sys('name'), 'coretemp\n');
  expect(await drivers.constant(sys('name'))).toBe('coretemp');
});
