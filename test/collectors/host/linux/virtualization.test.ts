import { expect, test } from 'vitest';
import { readHypervisorName } from '../../../../src/collectors/host/linux/virtualization.ts';
import { tree } from '../../../helpers/tree.ts';

const guest = 'flags\t\t: fpu vme hypervisor lahf_lm\n';
const bare = 'flags\t\t: fpu vme vmx lahf_lm\n';
const arm = 'CPU implementer\t: 0x41\n';
const clock = 'sys/devices/system/clocksource/clocksource0/available_clocksource';
const read = (cpuinfo: string, files: Record<string, string> = {}) => readHypervisorName(tree(files), cpuinfo);
const vendor = (sys_vendor: string) => ({ 'sys/class/dmi/id/sys_vendor': `${sys_vendor}\n` });

test.each([
  ['VMware, Inc.', 'VMware'],
  ['innotek GmbH', 'VirtualBox'],
  ['Parallels International GmbH.', 'Parallels'],
  ['BHYVE', 'bhyve'],
  ['Amazon EC2', 'KVM'],
  ['QEMU', 'QEMU'],
  ['ACME', 'yes'],
])('a guest with the vendor %s', (name, hypervisor) => expect(read(guest, vendor(name))).toBe(hypervisor));

test.each([
  ['tsc kvm-clock acpi_pm', 'KVM'],
  ['hyperv_clocksource_tsc_page hyperv_clocksource_msr', 'Hyper-V'],
  ['xen tsc hpet', 'Xen'],
  ['tsc hpet acpi_pm', 'yes'],
])('a guest without DMI, with the clocks %s', (clocks, hypervisor) =>
  expect(read(guest, { [clock]: `${clocks}\n` })).toBe(hypervisor),
);

test('QEMU with KVM is KVM; VMware on Hyper-V is VMware', () => {
  expect(read(guest, { ...vendor('QEMU'), [clock]: 'kvm-clock tsc\n' })).toBe('KVM');
  expect(read(guest, { ...vendor('VMware, Inc.'), [clock]: 'hyperv_clocksource_tsc_page tsc\n' })).toBe('VMware');
});

test('bare metal, whoever made it, and the domain that manages Xen', () => {
  expect(read(bare, vendor('Oracle Corporation'))).toBeUndefined();
  expect(
    read(arm, { 'proc/device-tree/model': 'Raspberry Pi 5\0', ...vendor('Microsoft Corporation') }),
  ).toBeUndefined();
  expect(read(guest, { 'proc/xen/capabilities': 'control_d\n', [clock]: 'xen tsc\n' })).toBeUndefined();
});

test('boards that are virtual', () => {
  expect(read(arm, { 'proc/device-tree/hypervisor/compatible': 'linux,kvm\0' })).toBe('KVM');
  expect(read(arm, { 'proc/device-tree/hypervisor/compatible': 'xen,xen-4.17\0xen,xen\0' })).toBe('Xen');
  expect(read(arm, vendor('QEMU'))).toBe('QEMU');
});
