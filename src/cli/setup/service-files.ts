import { readCommandOutput, runCommand } from '../../lib/command.ts';
import type { Environment } from '../../settings/read-variables.ts';

/** `nobody`: systemd makes the service's own user only when it starts it, and that user owns no file either. */
const nobody = '65534';
const limitSeconds = 10;

/** Where systemd passes files on to the service; neither root nor `nobody` sees them at all times. */
const credentials = '/run/credentials/';

/** The files named by these settings that the service's user could not read, each with its setting. */
export async function findFilesUnreadableForService(unit: string, settings: Environment): Promise<string[]> {
  const files = Object.entries(settings).filter(
    ([name, path]) => name.endsWith('_FILE') && path && !path.startsWith(credentials),
  );
  if (files.length === 0) return [];
  const groups = await readCommandOutput('systemctl', ['show', '--property', 'SupplementaryGroups', '--value', unit], {
    seconds: limitSeconds,
  });
  const additional = groups.split(/\s+/).filter(Boolean);
  const user = [
    `--reuid=${nobody}`,
    `--regid=${nobody}`,
    additional.length === 0 ? '--clear-groups' : `--groups=${additional.join(',')}`,
  ];
  const results = await Promise.all(
    files.map(([, path = '']) => runCommand('setpriv', [...user, 'test', '-r', path], { seconds: limitSeconds })),
  );
  return files.flatMap(([name, path], index) => (results[index]?.status === 0 ? [] : [`${name}: ${path}`]));
}
