import { existsSync } from 'node:fs';

/** Docker creates the first file, Podman the second. */
export const isInContainer = (): boolean => existsSync('/.dockerenv') || existsSync('/run/.containerenv');
