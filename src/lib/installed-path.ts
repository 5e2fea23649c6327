import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that was installed with the program: `docs/systemd/…`. */
export const installedPath = (path: string): string => join(dirname(realpathSync(process.argv[1] ?? '.')), '..', path);
