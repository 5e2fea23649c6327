import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { drivesHelperSocketPath } from '../../src/collectors/storage/helper/protocol.ts';
import { run } from '../helpers/cli.ts';

// Where its folder exists, as in a container, it would listen there.
test.runIf(!existsSync(dirname(drivesHelperSocketPath)))('started by hand, it says who starts it', async () => {
  const { status, output } = await run({}, 'drives-helper');
  expect(status).toBe(2);
  expect(output).toMatch(/^drives-helper reads drives as root for the agent\. systemd starts it.*\n$/);
});
