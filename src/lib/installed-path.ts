import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The path of a file that was installed with the program, such as `docs/systemd/drives.conf`. */
export const installedPath = (path: string): string => join(dirname(realpathSync(process.argv[1] ?? '.')), '..', path);
