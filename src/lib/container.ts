import { existsSync } from 'node:fs';

/** Docker's mark, and Podman's. */
export const inContainer = (): boolean => existsSync('/.dockerenv') || existsSync('/run/.containerenv');
