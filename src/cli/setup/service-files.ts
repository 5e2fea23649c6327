import { readCommandOutput, runCommand } from '../../lib/command.ts';
import type { Environment } from '../../settings/read-variables.ts';
import { systemdService } from '../service.ts';

const limitSeconds = 10;

/** Where systemd passes files on to the service; neither root nor the service's user sees them at all times. */
const credentials = '/run/credentials/';

/** The files named by these settings that the service's user could not read, each with its setting. */
export async function findFilesUnreadableForService(settings: Environment): Promise<string[]> {
  const files = Object.entries(settings).filter(
    ([name, path]) => name.endsWith('_FILE') && path && !path.startsWith(credentials),
  );
  if (files.length === 0) return [];
  const shown = await systemdService.readProperties(['User', 'SupplementaryGroups']);
  const [, user = 'root'] = /^User=(.+)$/m.exec(shown) ?? [];
  const [, additional = ''] = /^SupplementaryGroups=(.+)$/m.exec(shown) ?? [];
  const own = await readCommandOutput('id', ['--groups', user], { seconds: limitSeconds });
  const groups = `${own} ${additional}`.split(/\s+/).filter(Boolean);
  const rights = [`--reuid=${user}`, `--regid=${user}`, `--groups=${groups.join(',')}`];
  const results = await Promise.all(
    files.map(([, path = '']) => runCommand('setpriv', [...rights, 'test', '-r', path], { seconds: limitSeconds })),
  );
  return files.flatMap(([name, path], index) => (results[index]?.status === 0 ? [] : [`${name}: ${path}`]));
}
