import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const version = '24.20.0';

/** Node's own builds, as npm has them, by architecture, with the sum of the package that they are in. */
export const architectures = {
  x64: 'tkBwUleGts0UUnK+6HKJkEsOMFb9bkG/YvXw8/alFTaDSUbneVeAFVqu6ELHXuyvVYP4vo1hNAAEfN9zl0Cm3g==',
  arm64: 'LDOiQuLlruQpQRp0ddfGZurc1xqYSlX3dYk/3shzhQfCb8IgCPwtWf1RMQCGAWGFhZNbhihhSwGeNRHA+V2pTg==',
};

/** Puts Node and its licence into a folder. Throws if it is not what it was. */
export function fetchNode(architecture, folder) {
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', '--silent', `node-linux-${architecture}@${version}`], { cwd: folder });
  const file = join(folder, `node-linux-${architecture}-${version}.tgz`);
  const sum = createHash('sha512').update(readFileSync(file)).digest('base64');
  if (sum !== architectures[architecture]) throw new Error(`${file}: its sum is ${sum}`);
  execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components=1', 'package/bin/node', 'package/LICENSE']);
}
