import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { program } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';
import { Rack } from './rack.ts';

const rules = join(import.meta.dirname, '../../../docs/sudoers.d/infra-monitor');

/** Puts the rack's tools in the places of the real ones, takes sudo's rules away, and makes a root that has everything
 * but a container's mark, all for this process alone; then does what $2 says. $1 is the rack's folder. */
const place = `
mount --bind $1/bin/nvme /usr/sbin/nvme
mount --bind $1/bin/smartctl /usr/sbin/smartctl
mount -t tmpfs -o mode=755 none /etc/sudoers.d
mkdir -p $1/root
mount -t tmpfs -o mode=755 none $1/root
for entry in /*; do
  if [ -L $entry ]; then cp -P $entry $1/root
  elif [ -d $entry ]; then mkdir $1/root$entry; mount --rbind $entry $1/root$entry; fi
done
exec chroot $1/root sh -euc "$2"`;

/** What a script printed that root ran there. */
async function inside(rack: Rack, script: string): Promise<string> {
  const { stdout } = await execa('unshare', ['--mount', 'sh', '-euc', place, 'sh', rack.folder, script], {
    cwd: '/',
    env: { PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  return stdout;
}

/** Where anybody may read it. */
function programFor(rack: Rack): string {
  cpSync(dirname(program), join(rack.folder, 'dist'), { recursive: true });
  cpSync(rules, join(rack.folder, 'docs/sudoers.d/infra-monitor'), { recursive: true });
  return `env HOST_SYS=${rack.sys} AGENT_NAME=testling ${process.execPath} ${rack.folder}/dist/infra-monitor.js`;
}

const driveIn = (stdout: string) =>
  (JSON.parse(stdout) as CollectorReadings[]).find(({ collector }) => collector === 'nvme')?.devices[0];
const nobody = 'setpriv --reuid=nobody --regid=nogroup --clear-groups';

test('nobody has what the kernel tells, and what mends the rest', async () => {
  const rack = await Rack.build([{ serial: 'A' }]);
  const agent = programFor(rack);
  const drive = driveIn(await inside(rack, `${nobody} ${agent} once --json || true`));
  expect(drive).toMatchObject({ available: true, serialNumber: 'A', model: 'Synthetic NVMe 1TB' });
  expect(drive?.values).toMatchObject({
    source: { value: 'sysfs' },
    temperature: { value: 41 },
    capacity: { value: 1000.2 },
    temperature_critical: { value: 85 },
    percentage_used: { value: null },
    problem: { value: null },
  });
  expect(drive?.parts[0]?.values).toMatchObject({ capacity: { value: 1000.2 } });
  expect(drive?.values.hint?.value, 'it fits into Home Assistant').toBe(drive?.hint);
  const checked = await inside(rack, `${nobody} ${agent} check || true`);
  expect(rack.plain(checked)).toContain("no right to ask drive 0: sed 's/^infra-monitor/nobody/' ");
  expect(checked).toContain('| sudo install -m 440 /dev/stdin /etc/sudoers.d/infra-monitor');
});

test('in a container the hint is the container’s', async () => {
  const rack = await Rack.build([{ serial: 'A' }]);
  const agent = programFor(rack);
  const { hint } =
    driveIn(
      await inside(
        rack,
        `mount -t tmpfs -o mode=755 none /run; touch /run/.containerenv; ${nobody} ${agent} once --json || true`,
      ),
    ) ?? {};
  expect(rack.plain(hint ?? '')).toBe(
    'no right to ask drive 0: docker compose --profile drives up -d (or, so that the agent could erase it: docker run --user root --device drive 0 --cap-add SYS_ADMIN)',
  );
});

test('the rule that the hint names lets nobody ask drives, and nothing else', async () => {
  const rack = await Rack.build([{ serial: 'A' }]);
  const agent = programFor(rack);
  const { hint = '' } = driveIn(await inside(rack, `${nobody} ${agent} once --json || true`)) ?? {};
  const mend = `${hint.slice(hint.indexOf("sed 's"))}; visudo -c >&2`;
  expect(await inside(rack, `${mend}; sudo -l -U nobody`)).toContain('NOPASSWD: /usr/sbin/nvme ^(');
  const drive = driveIn(await inside(rack, `${mend}; ${nobody} ${agent} once --json || true`));
  expect(drive?.hint).toBeUndefined();
  expect(drive?.values).toMatchObject({
    source: { value: 'nvme_cli' },
    percentage_used: { value: 4 },
    problem: { value: false },
    temperature_warning: { value: 80 },
  });
  expect(drive?.parts[0]?.values).toMatchObject({ used: { value: 250.1 } });

  const node = `/dev/${rack.nodes[0]}`;
  const forbidden = [
    `format ${node}`,
    `smart-log ${node} -o json -o binary`,
    `smart-log ${node}n1 -o json`,
    'smart-log /etc/shadow -o json',
    `smart-log ${node}`,
    `id-ctrl ${node} -o json --vendor-specific`,
  ];
  for (const words of forbidden)
    await expect(inside(rack, `${mend}; ${nobody} sudo -n nvme ${words}`), words).rejects.toThrow(
      'a password is required',
    );
  for (const words of [`smart-log ${node} -o json`, `id-ctrl ${node} -o json`, `id-ns ${node} -n 1 -o json`])
    await inside(rack, `${mend}; ${nobody} sudo -n nvme ${words}`);
});

test('sudo ends the question to a drive that hangs, as nobody else could', async () => {
  const rack = await Rack.build([{ serial: 'A', hangs: true }]);
  const agent = programFor(rack);
  const mend = `install -m 440 ${rules} /etc/sudoers.d/infra-monitor; sed -i s/^infra-monitor/nobody/ /etc/sudoers.d/infra-monitor; visudo -c >&2`;
  const { error } = driveIn(await inside(rack, `${mend}; ${nobody} ${agent} once --json || true`)) ?? {};
  // What it says depends on whether the question has already been ended.
  expect(rack.plain(error ?? '')).toMatch(/^drive 0: no answer in \d+ s$|^sudo -n nvme .* timed out after 10 s$/);
  await until('nothing is left over', () => rack.running().size === 0, 30);
});

test('without nvme-cli smartctl tells; without either the kernel does, and what to install', async () => {
  const rack = await Rack.build([{ serial: 'A' }]);
  const agent = programFor(rack);
  const without = async (tool: string) => {
    rmSync(join(rack.bin, tool));
    const { stdout } = await execa('unshare', [
      '--mount',
      'sh',
      '-euc',
      `mount -t tmpfs none /usr/sbin; PATH=${rack.bin}:$PATH ${agent} once --json || true`,
    ]);
    return driveIn(stdout);
  };
  expect((await without('nvme'))?.values).toMatchObject({
    source: { value: 'smartctl' },
    percentage_used: { value: 4 },
    temperature: { value: 41 },
  });
  const alone = await without('smartctl');
  expect(alone?.hint).toBe('neither nvme nor smartctl is installed: apt install nvme-cli');
  expect(alone?.values).toMatchObject({ source: { value: 'sysfs' }, temperature: { value: 41 } });
});
