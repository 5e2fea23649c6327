import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readText } from '../../lib/files.ts';
import type { Roots } from '../../lib/roots.ts';

/** What a machine is, and stays while the agent runs. */
export interface Inventory {
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

const told = (text: string | undefined) => (text === undefined || placeholder.test(text.trim()) ? undefined : text.trim().replaceAll('\0', ''));

const known = (inventory: { [Key in keyof Inventory]: string | undefined }): Inventory => Object.fromEntries(Object.entries(inventory).filter(([, value]) => value !== undefined));

/** The host's own files: right in a container too, where the host's trees are mounted. */
function fromFiles(roots: Roots): Inventory {
  const dmi = (field: string) => told(readText(roots.sys('class/dmi/id', field)));
  const board = told(readText(roots.proc('device-tree/model')) ?? readText(roots.sys('firmware/devicetree/base/model')));
  const release = readText(roots.host('etc/os-release')) ?? readText(roots.host('usr/lib/os-release')) ?? '';
  const distribution = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(release)?.[1];
  const kernel = readText(roots.proc('sys/kernel/osrelease'));
  return known({
    manufacturer: dmi('sys_vendor') ?? dmi('board_vendor') ?? (board?.startsWith('Raspberry Pi') ? 'Raspberry Pi' : undefined),
    // Whoever builds a machine of parts leaves its name open; the board has one.
    model: dmi('product_name') ?? dmi('board_name') ?? board,
    system: [distribution, kernel && `Linux ${kernel}`].filter(Boolean).join(', ') || undefined,
    processor: told(/^model name\s*: (.*)$/m.exec(readText(roots.proc('cpuinfo')) ?? '')?.[1]),
  });
}

/** What systeminformation finds out about the machine that this process runs on. */
export async function fromLibrary(): Promise<Inventory> {
  const { default: si } = await import('systeminformation');
  const [system, os, cpu] = await Promise.all([si.system(), si.osInfo(), si.cpu()]);
  return known({
    manufacturer: told(system.manufacturer),
    model: told(system.model),
    system: told(`${os.distro} ${os.release}`),
    processor: told(`${cpu.manufacturer} ${cpu.brand}`),
    virtualization: system.virtual ? (told(system.virtualHost) ?? 'yes') : undefined,
  });
}

/** The library in a process of its own: it starts dozens of commands, and would keep 7 MB for one answer (execa, another 6). */
async function aside(): Promise<Inventory> {
  const program = fileURLToPath(new URL('../inventory.js', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [program], { timeout: 30_000 });
  return JSON.parse(stdout) as Inventory;
}

/** The files first; the library fills in what they leave open, unless it would describe our container. */
export async function inventory(roots: Roots | undefined): Promise<Inventory> {
  if (roots === undefined) return fromLibrary();
  const files = fromFiles(roots);
  return roots.own ? { ...(await aside().catch(() => ({}))), ...files } : files;
}
