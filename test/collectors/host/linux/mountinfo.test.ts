import { writeFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { HostMountsReader } from '../../../../src/collectors/host/linux/host-mounts.ts';
import { MountTable } from '../../../../src/collectors/host/linux/mountinfo.ts';
import { listWatchedAndExcludedMounts } from '../../../../src/collectors/host/linux/mounts.ts';
import { tree } from '../../../helpers/tree.ts';

test('the mounts on the way to a path, in the order in which they cover each other', () => {
  const table = MountTable.parse(
    [
      '1 1 0:2 / / rw - rootfs none rw',
      '20 1 8:1 / / rw - ext4 x rw',
      '30 20 8:2 / /data rw - ext4 x rw',
      '31 30 8:3 / /data/inner rw - ext4 x rw',
      '32 30 8:4 / /data rw - ext4 x rw',
      '33 20 8:5 / /database rw - ext4 x rw',
    ].join('\n'),
  );
  const ids = (path: string) => table.chainTo(path).map(({ id }) => id);
  expect(ids('/')).toEqual(['1', '20']);
  expect(ids('/data/inner')).toEqual(['1', '20', '30', '32']);
  expect(ids('/database/x')).toEqual(['1', '20', '33']);
  expect(MountTable.parse('').mountAt('/')).toBeUndefined();
});

test('any text: no crash, and what is watched is in it', () => {
  const roots = tree({ 'proc/self/mountinfo': '' });
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom(
      '1',
      '2',
      '8:1',
      '0:5',
      '/',
      '/a',
      '/a/b',
      '-',
      'ext4',
      'autofs',
      'nfs4',
      'zfs',
      'btrfs',
      'rw',
      '\\040',
      '\\777',
    ),
  );
  const line = fc.oneof(
    fc.array(word).map((words) => words.join(' ')),
    fc
      .tuple(word, word, word, word, word, word)
      .map(([id, parent, device, root, point, type]) => `${id} ${parent} ${device} ${root} ${point} rw - ${type} x rw`),
  );
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      writeFileSync(roots.proc('self/mountinfo'), lines.join('\n'));
      const own = Object.assign(Object.create(roots), roots, { host: () => '/', isHostRoot: true });
      const { watched, points } = listWatchedAndExcludedMounts(own, new HostMountsReader(own).read(), () => 'default');
      for (const { point } of watched) expect(points).toContain(point);
      expect(new Set(watched.map(({ id }) => id)).size).toBe(watched.length);
    }),
    { numRuns: 300 },
  );
});
