import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Set where the program and Node are one executable file (scripts/package/single-file.mjs). */
declare const IS_SINGLE_FILE: boolean | undefined;
export const isSingleFileProgram = typeof IS_SINGLE_FILE !== 'undefined';

/** The path of a file that was installed with the program, such as `docs/systemd/drives.conf`. */
export const installedPath = (path: string): string =>
  join(dirname(realpathSync((isSingleFileProgram ? process.execPath : process.argv[1]) ?? '.')), '..', path);
