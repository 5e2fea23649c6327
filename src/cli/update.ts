import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { collectors } from '../collectors/index.ts';
import { ask, run } from '../lib/run.ts';
import { describe, Unusable } from '../model/fault.ts';
import { serviceFile, settingsIn, settingsText } from '../settings/file.ts';
import { readSettings } from '../settings/index.ts';
import { supportUrl, version } from '../version.ts';
import { askAgent, untilWell } from './health.ts';
import { type Installation, installation, wantRoot } from './installation.ts';
import { service } from './service.ts';
import { bad, good, print } from './terminal.ts';

/** Seconds that an installation may take. */
const limitSeconds = 600;

/** A file of a release, from a folder or an address. */
async function fileOf(place: string, name: string): Promise<Buffer> {
  if (!/^https?:/.test(place)) return readFile(join(place, name));
  const answer = await fetch(`${place}/${name}`, { signal: AbortSignal.timeout(60_000) });
  if (!answer.ok) throw new Error(`${place}/${name}: HTTP ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
}

/** The release's own installer, held against its sum. */
async function installerOf(place: string): Promise<Buffer> {
  const [installer, sums] = await Promise.all([fileOf(place, 'install.sh'), fileOf(place, 'SHA256SUMS')]);
  const sum = createHash('sha256').update(installer).digest('hex');
  if (!sums.toString().split('\n').includes(`${sum}  install.sh`)) throw new Error(`${place}/install.sh is not what SHA256SUMS says`);
  return installer;
}

/** Keeps what is installed, as it is, in the folder; what puts it back. */
async function kept({ kind, root }: Installation, folder: string): Promise<() => Promise<unknown>> {
  if (kind === 'folder') {
    const copy = `${root}.before`;
    rmSync(copy, { recursive: true, force: true });
    cpSync(root, copy, { recursive: true });
    return async () => {
      rmSync(root, { recursive: true });
      renameSync(copy, root);
    };
  }
  // dpkg keeps no package that it has installed, so it is made again of its files.
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  const list = (await run('dpkg', ['--listfiles', 'infra-monitor'], { seconds: limitSeconds })).split('\n').filter((path) => path !== '' && path !== '/.');
  writeFileSync(join(folder, 'list'), list.map((path) => `.${path}\n`).join(''));
  await run('sh', ['-c', 'cd / && tar --no-recursion --create --files-from "$1/list" | tar --extract --directory "$1/tree"', 'sh', folder], { seconds: limitSeconds });
  const status = await run('dpkg', ['--status', 'infra-monitor'], { seconds: limitSeconds });
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    `${status
      .replace(/^Status: .*\n/m, '')
      .replace(/^Conffiles:\n(?: .*\n?)+/m, '')
      .trim()}\n`,
  );
  for (const name of ['postinst', 'prerm', 'postrm', 'conffiles', 'md5sums']) cpSync(`/var/lib/dpkg/info/infra-monitor.${name}`, join(tree, 'DEBIAN', name));
  const file = join(folder, 'before.deb');
  await run('dpkg-deb', ['--build', tree, file], { seconds: limitSeconds });
  return () => run('dpkg', ['--install', '--force-confold', '--force-downgrade', file], { seconds: limitSeconds });
}

/** Installs a release by the way the program came, and goes back to the old one if the agent was well and is not within a minute. */
export async function update({ from = supportUrl === undefined ? undefined : `${supportUrl}/releases/latest/download` }: { from?: string }): Promise<void> {
  const here = installation();
  if (here.kind === 'npm') throw new Unusable('It came by npm: npm install --global home-lab-infra-monitor@latest');
  if (here.kind === 'clone') throw new Unusable(`${here.root} is a clone: git pull && npm ci`);
  if (from === undefined) throw new Unusable('Where are the files of the new release? infra-monitor update --from FOLDER_OR_ADDRESS');
  wantRoot();
  const { http } = readSettings(collectors, settingsIn(settingsText(serviceFile)));
  const wasWell = (await service.exists()) && (await service.isActive()) && http.HTTP_PORT !== 0 && (await isWell(() => askAgent(http, '/health/')));
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-update-'));
  try {
    const installer = await installerOf(from).catch((cause: unknown) => {
      throw new Unusable('There is no release', { cause });
    });
    writeFileSync(join(folder, 'install.sh'), installer);
    const goBack = await kept(here, folder);
    print(`Installing; the old one is ${version} …`);
    const { status, stdout, stderr } = await ask('sh', [join(folder, 'install.sh'), '--from', from], { seconds: limitSeconds });
    const well = status === 0 && (!wasWell || (await isWell(() => untilWell(http))));
    if (well) {
      good(stdout.split('\n')[0] ?? 'Installed');
      return;
    }
    bad(status === 0 ? 'The new one is not well' : stderr.trim());
    await goBack();
    if (await service.exists()) await service.start();
    throw new Unusable(`${version} is back: journalctl -u infra-monitor tells more`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (here.kind === 'folder' && existsSync(`${here.root}.before`)) rmSync(`${here.root}.before`, { recursive: true });
  }
}

const isWell = async (look: () => Promise<unknown>) => ((await look().catch(describe)) as { status?: string }).status === 'ok';
