import { execa } from 'execa';
import { expect, test } from 'vitest';

/** The number of processes that the agent has, as a user with a /proc of these options. */
async function processes(options: string, user: number, group = user): Promise<number | null> {
  const mount = `mount -t proc -o ${options} proc /proc`;
  const agent = `setpriv --reuid=${user} --regid=${user} --groups=${group} ${process.execPath} dist/infra-monitor.js`;
  const { stdout } = await execa('unshare', ['-m', 'sh', '-c', `${mount} && exec ${agent} once --json`], {
    env: { ROUTER_SCHEDULE: 'off', NVME_SCHEDULE: 'off', STORAGE_SCHEDULE: 'off', HTTP_PORT: '0' },
  });
  const [host] = JSON.parse(stdout) as { devices: { values: { processes: { value: number | null } } }[] }[];
  return host?.devices[0]?.values.processes.value ?? null;
}

test.each(['hidepid=2', 'hidepid=invisible', 'hidepid=ptraceable'])(
  'with %s a user’s own processes are not taken for all',
  async (options) => expect(await processes(options, 61_200)).toBeNull(),
);

test('with hidepid all processes are known where their names are shown, to root and to the group that is let in', async () => {
  expect(await processes('hidepid=1', 61_200)).toBeGreaterThan(3);
  expect(await processes('hidepid=2', 0)).toBeGreaterThan(3);
  expect(await processes('hidepid=2,gid=4', 61_200, 4)).toBeGreaterThan(3);
});
