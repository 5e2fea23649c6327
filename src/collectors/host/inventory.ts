import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tryReadTextSync } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';

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

/** Values in DMI fields that the vendor never filled in. */
const placeholderPattern =
  /^(|-|none|default string|unknown|o\.?e\.?m\.?|not (specified|applicable|available)|system (manufacturer|product name|version)|docker container|to be filled by o\.?e\.?m\.?)$/i;

const withoutPlaceholder = (text: string | undefined) =>
  text === undefined || placeholderPattern.test(text.trim()) ? undefined : text.trim().replaceAll('\0', '');

const withoutUndefined = (inventory: { [Key in keyof MachineInventory]: string | undefined }): MachineInventory =>
  Object.fromEntries(Object.entries(inventory).filter(([, value]) => value !== undefined));

/** Reads the host's own files, which are also correct in a container that has them mounted. */
function readInventoryFromFiles(roots: HostRoots): MachineInventory {
  const dmi = (field: string) => withoutPlaceholder(tryReadTextSync(roots.sys('class/dmi/id', field)));
  const board = withoutPlaceholder(
    tryReadTextSync(roots.proc('device-tree/model')) ?? tryReadTextSync(roots.sys('firmware/devicetree/base/model')),
  );
  const release =
    tryReadTextSync(roots.host('etc/os-release')) ?? tryReadTextSync(roots.host('usr/lib/os-release')) ?? '';
  const distribution = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1];
  const kernel = tryReadTextSync(roots.proc('sys/kernel/osrelease'));
  return withoutUndefined({
    manufacturer:
      dmi('sys_vendor') ?? dmi('board_vendor') ?? (board?.startsWith('Raspberry Pi') ? 'Raspberry Pi' : undefined),
    // A machine built from parts has no product name, but its board has a name.
    model: dmi('product_name') ?? dmi('board_name') ?? board,
    system: [distribution, kernel && `Linux ${kernel}`].filter(Boolean).join(', ') || undefined,
    processor: withoutPlaceholder(/^model name\s*: (.*)$/m.exec(tryReadTextSync(roots.proc('cpuinfo')) ?? '')?.[1]),
  });
}

/** Asks systeminformation about the machine that this process runs on. */
export async function readMachineInventoryFromLibrary(): Promise<MachineInventory> {
  const { default: si } = await import('systeminformation');
  const [system, os, cpu] = await Promise.all([si.system(), si.osInfo(), si.cpu()]);
  return withoutUndefined({
    manufacturer: withoutPlaceholder(system.manufacturer),
    model: withoutPlaceholder(system.model),
    system: withoutPlaceholder(`${os.distro} ${os.release}`),
    processor: withoutPlaceholder(`${cpu.manufacturer} ${cpu.brand}`),
    virtualization: system.virtual ? (withoutPlaceholder(system.virtualHost) ?? 'yes') : undefined,
  });
}

/** Runs the library in a child process: it starts dozens of commands, and would occupy 7 MB for a single use (execa
 * another 6). */
async function readInventoryInChildProcess(): Promise<MachineInventory> {
  const program = fileURLToPath(new URL('../inventory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
  return JSON.parse(stdout) as MachineInventory;
}

/** Files take precedence; systeminformation adds what is missing, unless it would describe the agent's container. */
export async function readMachineInventory(roots: HostRoots | undefined): Promise<MachineInventory> {
  if (roots === undefined) return readMachineInventoryFromLibrary();
  const files = readInventoryFromFiles(roots);
  return roots.isHostRoot ? { ...(await readInventoryInChildProcess().catch(() => ({}))), ...files } : files;
}
