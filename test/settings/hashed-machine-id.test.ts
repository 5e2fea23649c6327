import { expect, test } from 'vitest';
import { readHashedMachineId } from '../../src/settings/hashed-machine-id.ts';
import { tree } from '../helpers/tree.ts';

const id = '0123456789abcdef0123456789abcdef';

test('a machine has one mark, which is not its machine-id', () => {
  const mark = readHashedMachineId(tree({ 'root/etc/machine-id': `${id}\n` }));
  // systemd-id128 would make it of the same hash: HMAC-SHA-256 with the machine-id as the key.
  expect(mark).toMatch(/^[0-9a-f]{32}$/);
  expect(mark).not.toBe(id);
  expect(readHashedMachineId(tree({ 'root/etc/machine-id': id }))).toBe(mark);
  expect(readHashedMachineId(tree({ 'root/etc/machine-id': id.replace('0', '1') }))).not.toBe(mark);
});

test.each([['', 'uninitialized', 'b08dfa6083e7567a1921a715000001fb9']].flat())('machine-id %j is none', (content) =>
  expect(readHashedMachineId(tree({ 'root/etc/machine-id': content }))).toBeUndefined(),
);

test('without a machine-id there is no mark', () => expect(readHashedMachineId(tree({}))).toBeUndefined());
