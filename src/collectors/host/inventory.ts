import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readText } from '../../lib/files.ts';
import type { HostRoots } from '../../model/host-roots.ts';

/** What a machine is, and stays while the agent runs. */
export interface MachineInventory {
  manufacturer?: string;
  model?: string;
  /** “Debian GNU/Linux 13 (trixie), Linux 6.12.48”. */
  system?: string;
  processor?: string;
  /** The hypervisor's name; absent on bare metal. */
  virtualization?: string;
}

/** What boards leave in these fields who never filled them in. */
const placeholder =
  /^(|-|none|default string|unknown|o\.?e\.?m\.?|not (specified|applicable|available)|system (manufacturer|product name|version)|docker container|to be filled by o\.?e\.?m\.?)$/i;

const meaningful = (text: string | undefined) =>
  text === undefined || placeholder.test(text.trim()) ? undefined : text.trim().replaceAll('\0', '');

const withoutUndefined = (inventory: { [Key in keyof MachineInventory]: string | undefined }): MachineInventory =>
  Object.fromEntries(Object.entries(inventory).filter(([, value]) => value !== undefined));

/** The host's own files: right in a container too, where the host's trees are mounted. */
function readInventoryFromFiles(roots: HostRoots): MachineInventory {
  const dmi = (field: string) => meaningful(readText(roots.sys('class/dmi/id', field)));
  const board = meaningful(
    readText(roots.proc('device-tree/model')) ?? readText(roots.sys('firmware/devicetree/base/model')),
  );
  const release = readText(roots.host('etc/os-release')) ?? readText(roots.host('usr/lib/os-release')) ?? '';
  const distribution = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1];
  const kernel = readText(roots.proc('sys/kernel/osrelease'));
  return withoutUndefined({
    manufacturer:
      dmi('sys_vendor') ?? dmi('board_vendor') ?? (board?.startsWith('Raspberry Pi') ? 'Raspberry Pi' : undefined),
    // Whoever builds a machine of parts leaves its name open; the board has one.
    model: dmi('product_name') ?? dmi('board_name') ?? board,
    system: [distribution, kernel && `Linux ${kernel}`].filter(Boolean).join(', ') || undefined,
    processor: meaningful(/^model name\s*: (.*)$/m.exec(readText(roots.proc('cpuinfo')) ?? '')?.[1]),
  });
}

/** What systeminformation finds out about the machine that this process runs on. */
export async function readInventoryFromLibrary(): Promise<MachineInventory> {
  const { default: si } = await import('systeminformation');
  const [system, os, cpu] = await Promise.all([si.system(), si.osInfo(), si.cpu()]);
  return withoutUndefined({
    manufacturer: meaningful(system.manufacturer),
    model: meaningful(system.model),
    system: meaningful(`${os.distro} ${os.release}`),
    processor: meaningful(`${cpu.manufacturer} ${cpu.brand}`),
    virtualization: system.virtual ? (meaningful(system.virtualHost) ?? 'yes') : undefined,
  });
}

/** The library in a process of its own: it starts dozens of commands, and would keep 7 MB for one answer (execa, another 6). */
async function readInventoryInChildProcess(): Promise<MachineInventory> {
  const program = fileURLToPath(new URL('../inventory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
  return JSON.parse(stdout) as MachineInventory;
}

/** The files first; the library fills in what they leave open, unless it would describe our container. */
export async function readInventory(roots: HostRoots | undefined): Promise<MachineInventory> {
  if (roots === undefined) return readInventoryFromLibrary();
  const files = readInventoryFromFiles(roots);
  return roots.isHostRoot ? { ...(await readInventoryInChildProcess().catch(() => ({}))), ...files } : files;
}
