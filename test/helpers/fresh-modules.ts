import { vi } from 'vitest';

/** Files of tests share a process, which spares them its start; the state of modules, such as the secrets registered,
 * is each file's own. */
vi.resetModules();
