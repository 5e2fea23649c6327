import { expect, test } from 'vitest';
import { run } from '../helpers/cli.ts';
import { tree } from '../helpers/tree.ts';

test('once and check list what is wrong', async () => {
  const settings = {
    HOST_ROOT: tree({ 'root/var/lib/dpkg/': '', 'root/run/reboot-required': '' }).host('/'),
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
  };
  expect((await run(settings, 'once')).output).toMatch(
    /^Problems$[\s\S]*^ {2}notice: testling: a reboot is required$/m,
  );
  expect((await run(settings, 'check')).output).toMatch(/^! notice: testling: a reboot is required$/m);
});
