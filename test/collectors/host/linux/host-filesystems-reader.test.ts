import { expect, test } from 'vitest';
import { hostCollector } from '../../../../src/collectors/host/index.ts';
import { HostFilesystemsReader } from '../../../../src/collectors/host/linux/host-filesystems-reader.ts';
import { HostMountsReader } from '../../../../src/collectors/host/linux/host-mounts.ts';
import { drives } from '../../../helpers/drives.ts';
import { tree } from '../../../helpers/tree.ts';

test.each([
  ['a container', {}, [expect.any(Number)]],
  ['a machine', { 'root/dev/zfs': '' }, [undefined]],
])('a dataset whose pool does not answer is as full as it says in %s alone', async (_, node, ratios) => {
  drives();
  const mount = '20 1 0:40 / / rw - zfs rpool/data/subvol-101 rw\n';
  const roots = tree({ ...node, 'proc/filesystems': 'nodev\tzfs\n', 'proc/1/mountinfo': mount });
  const reader = new HostFilesystemsReader(roots, hostCollector.env.parse({}));
  const read = await reader.read({ id: 'nas', name: 'nas' }, new HostMountsReader(roots).read());
  expect(read.map((one) => 'reading' in one && (one.reading as { usedRatio?: number }).usedRatio)).toEqual(ratios);
});
