import { existsSync } from 'node:fs';

/** Docker's mark, and Podman's. */
export const isInContainer = (): boolean => existsSync('/.dockerenv') || existsSync('/run/.containerenv');
