import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import type { Machine } from '../machine/machine.ts';
import { documented } from './documents.ts';

const root = join(import.meta.dirname, '../../..');

function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Builds all that a release has into the folder; `single`: also the single files. */
export const buildRelease = (folder: string, { single = false } = {}) =>
  execa(
    'sh',
    ['-c', `${single ? documented('npm run package:single') : documented('npm run package')} -- "$1"`, 'sh', folder],
    {
      cwd: root,
    },
  );

/** The same in a folder that goes when the test ends. */
export async function builtRelease(options?: { single: boolean }): Promise<string> {
  const folder = scratchFolder();
  await buildRelease(folder, options);
  return folder;
}

/** The same as of another version, whose service ends at once if it is broken. */
export async function laterRelease(release: string, version: string, broken: boolean): Promise<string> {
  const folder = scratchFolder();
  const script = `
    set -eu
    breaking() { ${broken ? 'sed -i "2i if (process.argv.includes(\'--env\')) process.exit(1);" "$1"' : ':'}; }
    dpkg-deb --raw-extract "$release"/*.deb package
    sed -i "s/^Version: .*/Version: $version/" package/DEBIAN/control
    breaking package/usr/lib/infra-monitor/dist/infra-monitor.js
    dpkg-deb --root-owner-group --build package "infra-monitor_\${version}_all.deb"
    for archive in "$release"/infra-monitor-*.tar.gz; do
      tar -xzf "$archive"
      # A single file stays as it is.
      [ ! -d infra-monitor/dist ] || breaking infra-monitor/dist/infra-monitor.js
      before=$(sed -n "s/^version='\\(.*\\)'/\\1/p" "$release/install.sh")
      name=\${archive##*/}
      tar -czf "\${name/$before/$version}" infra-monitor
      rm -r infra-monitor
    done
    rm -r package
    tar -xzf "$release"/home-lab-infra-monitor-*.tgz
    sed -i 's/"version": ".*"/"version": "'$version'"/' package/package.json
    breaking package/dist/infra-monitor.js
    npm pack --silent ./package >/dev/null
    rm -r package
    sed "s/^version=.*/version='$version'/" "$release/install.sh" >install.sh
    sha256sum * >SHA256SUMS`;
  await execa('bash', ['-c', script], { cwd: folder, env: { release, version } });
  return folder;
}

/** The Debian package as an earlier version had it: without a user of its own, by DynamicUser=. */
export async function dynamicUserRelease(release: string, version: string): Promise<string> {
  const folder = scratchFolder();
  const script = `
    set -eu
    dpkg-deb --raw-extract "$release"/*.deb package
    sed -i "s/^Version: .*/Version: $version/" package/DEBIAN/control
    sed -i 's/.* systemd-sysusers .*/  :/' package/DEBIAN/postinst
    rm -r package/usr/lib/sysusers.d
    sed -i 's/^User=.*/DynamicUser=yes/' package/usr/lib/systemd/system/infra-monitor.service
    dpkg-deb --root-owner-group --build package "infra-monitor_\${version}_all.deb"
    rm -r package
    sed "s/^version=.*/version='$version'/" "$release/install.sh" >install.sh
    sha256sum * >SHA256SUMS`;
  await execa('bash', ['-c', script], { cwd: folder, env: { release, version } });
  return folder;
}

/** Puts the files of a release into a folder of the machine. */
export async function carry(machine: Machine, release: string, folder: string): Promise<void> {
  const archive = join(scratchFolder(), 'release.tar');
  await execa('tar', ['-cf', archive, '-C', release, ...readdirSync(release)]);
  await machine.sh(`mkdir -p ${folder} && tar -xf - -C ${folder}`, { inputFile: archive });
}
