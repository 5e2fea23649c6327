import { tryReadTextSync } from '../../../lib/files.ts';
import type { HostRoots } from '../../../model/host-roots.ts';

/** Clock sources that only guests of a hypervisor have. */
const clockSources: readonly [name: RegExp, hypervisor: string][] = [
  [/\bkvm-clock\b/, 'KVM'],
  [/\bhyperv_clocksource/, 'Hyper-V'],
  [/\bxen\b/, 'Xen'],
];

/** What the DMI of virtual machines begins with (dmi_vendor_table in systemd's src/basic/virt.c). */
const dmiVendors: readonly [vendor: RegExp, hypervisor: string][] = [
  [/^(VMware|VMW)/, 'VMware'],
  [/^(innotek GmbH|VirtualBox|Oracle Corporation)/, 'VirtualBox'],
  [/^Parallels/, 'Parallels'],
  [/^BHYVE/, 'bhyve'],
  [/^Hyper-V/, 'Hyper-V'],
  [/^Apple Virtualization/, 'Apple Virtualization'],
  [/^Xen/, 'Xen'],
  [/^(KVM|OpenStack|KubeVirt|Amazon EC2|Google Compute Engine)/, 'KVM'],
  [/^(QEMU|Bochs)/, 'QEMU'],
];

/** What the device tree of virtual machines says (detect_vm_device_tree in systemd's src/basic/virt.c). */
const treeHypervisors: readonly [compatible: RegExp, hypervisor: string][] = [
  [/^linux,kvm/, 'KVM'],
  [/^xen/, 'Xen'],
  [/^vmware/, 'VMware'],
];

const nameOf = (names: readonly (readonly [RegExp, string])[], text: string | undefined) =>
  text === undefined ? undefined : names.find(([pattern]) => pattern.test(text))?.[1];

/** Name of the hypervisor that this machine is a guest of; `yes` if its name is unknown, undefined on bare metal. */
export function readHypervisorName(roots: HostRoots, cpuinfo: string): string | undefined {
  // Xen's first domain manages the machine: it is no guest.
  if (tryReadTextSync(roots.proc('xen/capabilities'))?.includes('control_d')) return undefined;
  const isX86Guest = /^flags\s*:.* hypervisor( |$)/m.test(cpuinfo);
  const isX86 = /^flags\s*:/m.test(cpuinfo);
  if (isX86 && !isX86Guest) return undefined;
  const byDmi = ['sys_vendor', 'product_name', 'board_vendor', 'bios_vendor']
    .map((field) => nameOf(dmiVendors, tryReadTextSync(roots.sys('class/dmi/id', field))))
    .find((name) => name !== undefined);
  if (!isX86) return nameOf(treeHypervisors, tryReadTextSync(roots.proc('device-tree/hypervisor/compatible'))) ?? byDmi;
  const byClock = nameOf(
    clockSources,
    tryReadTextSync(roots.sys('devices/system/clocksource/clocksource0/available_clocksource')),
  );
  // QEMU is also without KVM. Other products say more than what they are built on.
  return (byDmi === 'QEMU' ? byClock : undefined) ?? byDmi ?? byClock ?? 'yes';
}
