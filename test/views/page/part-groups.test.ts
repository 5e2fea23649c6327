import { expect, test } from 'vitest';
import type { DeviceView } from '../../../src/views/page/device-view.ts';
import { groupPartsByKind } from '../../../src/views/page/part-groups.ts';
import { deviceView } from '../../helpers/device-view.ts';

const part = (kind: string, more: Partial<DeviceView> = {}): DeviceView => deviceView({ kind, ...more });
const parts = (count: number, kind: string, more?: Partial<DeviceView>) =>
  Array.from({ length: count }, () => part(kind, more));
const summaryOf = (all: readonly DeviceView[]) =>
  groupPartsByKind(all).map(({ id, title, parts, isOpen }) => [id, title, parts.length, isOpen]);

test('parts of one kind stand together, in the order of the first of each', () => {
  expect(summaryOf([part('File system'), part('Disk'), part('File system'), part('Battery'), part('Battery')])).toEqual(
    [
      ['file_system', 'File systems', 2, true],
      ['disk', 'Disks', 1, true],
      ['battery', 'Batteries', 2, true],
    ],
  );
});

test('many are folded unless one of them is worrying or wrong', () => {
  const many = parts(4, 'Disk');
  const isOpen = (more: Partial<DeviceView>) => groupPartsByKind([...many, part('Disk', more)])[0]?.isOpen;
  expect(isOpen({})).toBe(false);
  expect(isOpen({ problems: [{ severity: 'notice', text: 'reboot' }] })).toBe(false);
  expect(isOpen({ problems: [{ severity: 'degraded', text: 'full' }] })).toBe(true);
  expect(isOpen({ lostSince: new Date() })).toBe(true);
  expect(isOpen({ numbers: [{ name: 'Used', value: '81', color: 'amber' }] })).toBe(true);
});
