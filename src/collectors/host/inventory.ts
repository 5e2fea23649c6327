import { isUtf8 } from 'node:buffer';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { listFolderSync, tryReadTextSync, undefinedForKernelError } from '../../lib/files.ts';
import { resolveHostPath } from '../../lib/host-path.ts';
import { isSingleFileProgram } from '../../lib/installed-path.ts';
import { definedMembers } from '../../model/defined-members.ts';
import type { HostRoots } from '../../model/host-roots.ts';
import { dmiTextUnlessPlaceholder, manufacturerAndModel } from './dmi.ts';
import { readHypervisorName } from './linux/virtualization.ts';
import { parseDistributionName } from './os-release.ts';

/** Facts about the machine that do not change while the agent runs. */
export interface MachineInventory {
  manufacturer?: string;
  model?: string;
  /** “Debian GNU/Linux 13 (trixie), Linux 6.12.48”. */
  system?: string;
  processor?: string;
  /** Name of the hypervisor; absent on bare metal. */
  virtualization?: string;
}

/** The text of a small file; in Latin-1 if it is not UTF-8. */
function tryReadText(path: string): string | undefined {
  try {
    const bytes = readFileSync(path);
    return isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1');
  } catch (error) {
    return undefinedForKernelError(error);
  }
}

/** “ARM Cortex-A72” for the `arm,cortex-a72` of a board's first processor (Devicetree Specification, 3.8). */
function deviceTreeProcessor(roots: HostRoots): string | undefined {
  const names = listFolderSync(roots.proc('device-tree/cpus')).filter((name) => name.startsWith('cpu@'));
  const [first = ''] = names.flatMap(
    (name) => tryReadTextSync(roots.proc('device-tree/cpus', name, 'compatible')) ?? [],
  );
  const core = /^arm,cortex-([a-z0-9]+)/.exec(first)?.[1];
  return core === undefined ? undefined : `ARM Cortex-${core.toUpperCase()}`;
}

/** Reads the host's own files, which are also correct in a container that has them mounted. */
function readInventoryFromFiles(roots: HostRoots): MachineInventory {
  const dmi = manufacturerAndModel((field) => tryReadTextSync(roots.sys('class/dmi/id', field)));
  const board = dmiTextUnlessPlaceholder(
    tryReadTextSync(roots.proc('device-tree/model')) ?? tryReadTextSync(roots.sys('firmware/devicetree/base/model')),
  );
  const release = ['etc/os-release', 'usr/lib/os-release'].map((path) => tryReadText(resolveHostPath(roots, path)));
  const distribution = parseDistributionName(release.find((text) => text !== undefined) ?? '');
  const kernel = tryReadTextSync(roots.proc('sys/kernel/osrelease'));
  const cpuinfo = tryReadTextSync(roots.proc('cpuinfo')) ?? '';
  return definedMembers({
    manufacturer: dmi.manufacturer ?? (board?.startsWith('Raspberry Pi') ? 'Raspberry Pi' : undefined),
    model: dmi.model ?? board,
    system: [distribution, kernel && `Linux ${kernel}`].filter(Boolean).join(', ') || undefined,
    processor: dmiTextUnlessPlaceholder(/^model name\s*: (.*)$/m.exec(cpuinfo)?.[1]) ?? deviceTreeProcessor(roots),
    virtualization: readHypervisorName(roots, cpuinfo),
  });
}

/** Asks systeminformation about the machine that this process runs on. */
export async function readMachineInventoryFromSysteminformation(): Promise<MachineInventory> {
  const { default: si } = await import('systeminformation');
  const [system, os, cpu] = await Promise.all([si.system(), si.osInfo(), si.cpu()]);
  return definedMembers({
    manufacturer: dmiTextUnlessPlaceholder(system.manufacturer),
    model: dmiTextUnlessPlaceholder(system.model),
    system: dmiTextUnlessPlaceholder(`${os.distro} ${os.release}`),
    processor: dmiTextUnlessPlaceholder(`${cpu.manufacturer} ${cpu.brand}`),
    virtualization: system.virtual ? (dmiTextUnlessPlaceholder(system.virtualHost) ?? 'yes') : undefined,
  });
}

/** Runs the library in a child process: it starts dozens of commands, and would occupy 7 MB for a single use.
 * A single file has no second program to run. */
async function readInventoryInChildProcess(): Promise<MachineInventory> {
  const program = fileURLToPath(new URL('../inventory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
  return JSON.parse(stdout) as MachineInventory;
}

/** Files take precedence. Where they don't name the processor, systeminformation adds what is missing, unless it would
 * describe the agent's container. `isComplete` is false if systeminformation failed: it may succeed later. */
export async function readMachineInventory(
  roots: HostRoots | undefined,
): Promise<{ machine: MachineInventory; isComplete: boolean }> {
  const files = roots === undefined ? {} : readInventoryFromFiles(roots);
  if (roots !== undefined && (!roots.isHostRoot || files.processor !== undefined))
    return { machine: files, isComplete: true };
  const read =
    roots === undefined || isSingleFileProgram
      ? readMachineInventoryFromSysteminformation
      : readInventoryInChildProcess;
  const library = await read().catch(() => undefined);
  return { machine: { ...library, ...files }, isComplete: library !== undefined };
}
