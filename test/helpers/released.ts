import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What labs run before they take this version. */
const released = 'c6c406b';

/** Builds the released version from the repository's history, once a machine. */
export function buildReleased(): string {
  const folder = join(tmpdir(), `infra-monitor-${released}`);
  const built = join(folder, 'dist/infra-monitor.js');
  if (existsSync(built)) return built;
  mkdirSync(folder, { recursive: true });
  const repository = join(import.meta.dirname, '../..');
  execFileSync('sh', ['-c', `git -C '${repository}' archive ${released} | tar -x -C '${folder}'`]);
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'ignore' });
  return built;
}
