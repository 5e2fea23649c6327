import { expect, test } from 'vitest';
import { run } from '../helpers/cli.ts';

test('once prints a table', async () => {
  const { status, output } = await run({}, 'once');
  expect(status).toBe(0);
  expect(output).toMatch(/^Host\n {2}testling\n {4}CPU +\d+ %/);
  expect(output).toMatch(/^NVMe drives\n {2}No NVMe drive found\.$/m);
  expect(output).not.toContain('\u001b[');
});

test('once --json prints every collector, with rates', async () => {
  const { status, output } = await run(
    { ROUTER_SCHEDULE: '0 0 0 1 1 *', FRITZBOX_HOSTS: 'home=127.0.0.1' },
    'once',
    '--json',
  );
  const [host, ...others] = JSON.parse(output);
  expect(status).toBe(0);
  expect([host, ...others].map(({ collector }) => collector)).toEqual(['host', 'nvme', 'storage', 'router', 'agent']);
  expect(host.devices[0].values.cpu_used.value).toBeGreaterThanOrEqual(0);
});

test('once exits with 1 if something can’t be read', async () => {
  const { status, output } = await run({ HOST_PROC: '/nowhere', HOST_FILESYSTEMS: '/none' }, 'once');
  expect(status).toBe(1);
  expect(output).toContain('/nowhere');
});
