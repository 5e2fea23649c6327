import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usageOfStatfs } from '../../../../src/collectors/host/linux/filesystem-usage.ts';
import { parseFilesystemStatOutput } from '../../../../src/collectors/host/linux/filesystem-usage-reader.ts';

/** What `stat -f` prints as block size, blocks, free and available blocks, inodes and free inodes. */
const usage = (output: string, isRemote = false) => usageOfStatfs(parseFilesystemStatOutput(output), isRemote);
const { asUintN } = BigInt;
const unsigned = (value: bigint) => asUintN(64, value);

test('used is a share of what users can use: root’s reserve is not theirs', () =>
  expect(usage('4096 1000 500 400 100 90\n')).toEqual({
    total: 4_096_000,
    available: 1_638_400,
    usedRatio: 500 / 900,
    inodesUsedRatio: 0.1,
  }));
test('a file system without a size knows nothing', () => {
  for (const output of [
    '4096 0 0 0 0 0',
    '4096 -1 -1 -1 -1 -1',
    `1 ${unsigned(-1n)} 5 5 0 0`,
    `4096 ${2n ** 63n - 1n} 5 5 0 0`,
  ])
    expect(usage(output)).toEqual({ inodesUsedRatio: undefined });
});
test.each([
  ['sshfs, whose server does not tell', '4096 262144000 262144000 262144000 1000000000 1000000000'],
  ['curlftpfs', '512 1999999998 1999999998 1999999998 1000000000 1000000000'],
  ['an NFS server of one terabyte for everything', '4096 268435456 268435456 268435456 0 0'],
])('a size of which not one block is used was made up by who serves it: %s', (_, output) => {
  expect(usage(output, true)).toEqual({ inodesUsedRatio: undefined });
  expect(usage(output).usedRatio).toBe(0);
});
test('sizes that somebody made up are unknown', () => {
  const sizes = [
    '4096 274877906944 274877906944 274877906944',
    '4096 274877906944 274877906000 274877906000',
    '4194304 4398046511103 9 9',
  ];
  for (const size of [...sizes, '4096 244140625000 244140625000 244140625000'])
    expect(usage(`${size} 1000000000 1000000000`)).toEqual({ inodesUsedRatio: undefined });
  expect(usage('4096 300000000000 150000000000 150000000000 0 0').usedRatio, 'a petabyte that is there').toBe(0.5);
});
test('more free than there is: nothing is right', () => {
  expect(usage('4096 1000 2000 2000 100 200')).toEqual({ inodesUsedRatio: undefined });
  expect(usage('4096 1000 10 2000 100 20')).toEqual({ inodesUsedRatio: 0.8 });
});
test('available below zero is 0, as a signed or unsigned number, in blocks or bytes', () => {
  const full = { total: 4_096_000_000, available: 0, usedRatio: 1 };
  for (const available of [-20_000n, unsigned(-20_000n), unsigned(-20_000n * 4096n) / 4096n])
    expect(usage(`4096 1000000 50000 ${available} 0 0`)).toMatchObject(full);
});
test('available or free alone can be unknown', () => {
  expect(usage('4096 1000 500 -1 0 0')).toEqual({ total: 4_096_000 });
  expect(usage('4096 1000 -1 400 0 0')).toEqual({ total: 4_096_000, available: 1_638_400 });
});
test('inodes without a limit are unknown', () => {
  for (const inodes of [
    '5000000 -1',
    `5000000 ${unsigned(-1n)}`,
    '0 0',
    '-1 -1',
    '1000000000 1000000000',
    '100 4294967295',
  ])
    expect(usage(`4096 1000 500 400 ${inodes}`).inodesUsedRatio).toBeUndefined();
});
test('output that is none of stat’s is an error', () => {
  for (const output of ['', 'stat: unrecognized option', 'x 1 2 3 4 5'])
    expect(() => usage(output)).toThrow(/^stat -f: unexpected output /);
});
test('any numbers: ratios are from 0 to 1, and sizes are not negative', () => {
  const count = fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }),
    fc.bigInt({ min: 0n, max: 2000n }),
    fc.constantFrom(0n, -1n, 2n ** 32n - 1n, 2n ** 63n - 1n, 2n ** 64n - 1n),
  );
  fc.assert(
    fc.property(fc.tuple(count, count, count, count, count, count), (counts) => {
      const { total = 0, available = 0, usedRatio = 0, inodesUsedRatio = 0 } = usage(counts.join(' '));
      for (const ratio of [usedRatio, inodesUsedRatio]) {
        expect(ratio).toBeGreaterThanOrEqual(0);
        expect(ratio).toBeLessThanOrEqual(1);
      }
      expect(available).toBeGreaterThanOrEqual(0);
      expect(total).toBeGreaterThanOrEqual(available);
      expect(total).toBeLessThan(2 ** 56);
    }),
    { numRuns: 2000 },
  );
});
