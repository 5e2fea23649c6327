import { expect, test } from 'vitest';
import type { CollectorReadings } from '../../../src/views/status.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { type Observer, observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { Machine } from './machine.ts';

const program = 'node /opt/infra-monitor/dist/infra-monitor.js';

interface Reading {
  source: unknown;
  temperature: unknown;
  capacity: unknown;
  percentageUsed: unknown;
  hint: string | undefined;
  error: string | undefined;
}

/** What the agent reads of the only drive when it is started by these words. */
async function readAs(machine: Machine, words: string): Promise<Reading> {
  const statuses = JSON.parse(await machine.sh(`${words} ${program} once --json || true`)) as CollectorReadings[];
  const { values, hint, error } = nonNull(statuses.find(({ collector }) => collector === 'nvme')?.devices[0]);
  return {
    source: values.source?.value,
    temperature: values.temperature?.value,
    capacity: values.capacity?.value,
    percentageUsed: values.percentage_used?.value,
    hint,
    error,
  };
}

const nonNull = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('there is none');
  return value;
};

const all = {
  source: 'nvme_cli',
  temperature: 50,
  capacity: 1.1,
  percentageUsed: 0,
  hint: undefined,
  error: undefined,
};
const without = (hint: string) => ({
  ...all,
  source: 'sysfs',
  percentageUsed: null,
  hint: expect.stringContaining(hint) as unknown,
});

/** Starts the agent by its own unit, on a broker of this test's. */
async function startService(machine: Machine, port: number): Promise<void> {
  await machine.write(
    '/etc/infra-monitor.env',
    `MQTT_URL=mqtt://10.0.2.2:${port}\nNVME_SCHEDULE=*/2 * * * * *\nROUTER_SCHEDULE=off`,
  );
  await machine.sh(
    'cd /opt/infra-monitor/docs/systemd && systemd-sysusers $PWD/sysusers.conf && cp infra-monitor.service /etc/systemd/system/ && systemctl daemon-reload && systemctl start infra-monitor',
  );
}

const stateTopic = (drive: string) => `infra-monitor/lab/nvme/${drive}`;
const availability = (drive: string) => `${stateTopic(drive)}/availability`;
const tells = (expected: Record<string, unknown>) => (payload: string) =>
  Object.entries(expected).every(([key, value]) => (JSON.parse(payload) as Record<string, unknown>)[key] === value);
const is = (wanted: string) => (payload: string) => payload === wanted;
const announced = ({ topics }: Observer) =>
  [...topics.keys()]
    .flatMap((topic) => /^homeassistant\/device\/infra-monitor_lab\/(\w+)\/config$/.exec(topic)?.[1] ?? [])
    .sort();

test('from no right to every right: what is missing is told with what mends it, and what works without it goes on', async () => {
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const machine = await Machine.boot([{ serial: 'A1' }]);
  const nobody = 'setpriv --reuid=nobody --regid=nogroup --clear-groups';

  expect(await readAs(machine, nobody)).toEqual(
    without("no right to ask /dev/nvme0: echo 'nobody ALL=(root) TIMEOUT=10 NOPASSWD: /usr/sbin/nvme ^("),
  );
  expect(await readAs(machine, `${nobody} --no-new-privs`)).toEqual(
    without('no right to ask /dev/nvme0: sudo sh /opt/infra-monitor/docs/systemd/grant-drives.sh'),
  );
  expect(await readAs(machine, 'setpriv --bounding-set=-all')).toEqual(without('docker run --cap-add SYS_ADMIN'));
  expect(await readAs(machine, 'unshare --map-root-user')).toEqual(without('an unprivileged container'));
  expect(await readAs(machine, 'setpriv --bounding-set=-all,+sys_admin')).toEqual(all);
  expect(await readAs(machine, '')).toEqual(all);

  await startService(machine, port);
  await observer.see(stateTopic('a1'), tells({ source: 'sysfs', temperature: 50, capacity: 1.1 }), 60);
  expect(await machine.sh('journalctl -u infra-monitor -o cat')).toContain(
    'no right to ask /dev/nvme0: sudo sh /opt/infra-monitor/docs/systemd/grant-drives.sh',
  );
  const healthy = tells({ source: 'nvme_cli', percentage_used: 0, hint: null });
  const grant = 'sh /opt/infra-monitor/docs/systemd/grant-drives.sh';
  await machine.sh(grant);
  await observer.see(stateTopic('a1'), healthy, 60);
  // The agent has no right, and the helper is there as long as it is asked.
  const rightsOfAgent = 'grep CapEff: /proc/$(systemctl show --property MainPID --value infra-monitor)/status';
  expect(await machine.sh(rightsOfAgent)).toBe('CapEff:\t0000000000000000');
  expect(await machine.sh('stat -c "%a %U %G" /run/infra-monitor/drives.sock /dev/nvme0')).toBe(
    '660 root infra-monitor\n600 root root',
  );
  await machine.sh('systemd-analyze verify infra-monitor.service infra-monitor-drives.service');
  await machine.sh('systemctl stop infra-monitor');
  await until(
    'the helper ends when nobody asks',
    async () => (await machine.sh('systemctl is-active infra-monitor-drives.service || true')) === 'inactive',
    60,
  );
  expect(await machine.sh('systemctl show --property Result --value infra-monitor-drives.service')).toBe('success');
  expect(await readAs(machine, 'setpriv --reuid=infra-monitor --regid=infra-monitor --clear-groups')).toEqual(all);

  await machine.sh(`${grant} --capability && systemctl start infra-monitor`);
  observer.topics.delete(stateTopic('a1'));
  await observer.see(stateTopic('a1'), healthy, 60);
  expect(await machine.sh('test -e /run/infra-monitor/drives.sock || echo none')).toBe('none');
  expect(await machine.sh(rightsOfAgent)).toBe('CapEff:\t0000000000200000');
  await machine.sh('systemctl stop infra-monitor; sh /opt/infra-monitor/docs/systemd/revoke-drives.sh');
  expect(await machine.sh('stat -c "%a %U %G" /dev/nvme0')).toBe('600 root root');

  // Just what the hint says.
  const user = 'setpriv --reuid=infra-monitor --clear-groups';
  const { hint } = await readAs(machine, user);
  await machine.sh(nonNull(hint).replace('no right to ask /dev/nvme0: ', ''));
  expect(await machine.sh('visudo -c && cat /etc/sudoers.d/infra-monitor')).toContain(
    (await machine.sh('cat /opt/infra-monitor/docs/sudoers.d/infra-monitor')).trim(),
  );
  expect(await readAs(machine, user)).toEqual(all);
  for (const forbidden of [
    'format /dev/nvme0',
    'smart-log /dev/nvme0 -o json --output-format=binary',
    'smart-log /dev/nvme0n1 -o json',
    'smart-log /etc/shadow -o json',
  ])
    await expect(machine.sh(`${user} sudo -n nvme ${forbidden}`)).rejects.toThrow('a password is required');

  // sudo alone can end what it has begun.
  await machine.write(
    '/usr/local/nvme',
    '#!/bin/sh\n[ $(id -u) = 0 ] || { echo Permission denied >&2; exit 1; }\nexec sleep 600',
  );
  await machine.sh('chmod 755 /usr/local/nvme; mount --bind /usr/local/nvme /usr/sbin/nvme');
  await machine.sh(
    `systemd-run --unit=hanging --uid=infra-monitor --setenv=MQTT_URL=mqtt://10.0.2.2:${port} --setenv=AGENT_NAME=hanging '--setenv=NVME_SCHEDULE=*/2 * * * * *' ${program}`,
  );
  await observer.see('infra-monitor/hanging/nvme/a1/availability', is('offline'), 60);
  await until('sudo asks', () => machine.sh('pgrep -x sleep').catch(() => undefined), 30);
  await until(
    'sudo has given up twice',
    async () =>
      (await machine
        .sh('journalctl -o cat _COMM=sudo | grep -c "COMMAND=/usr/sbin/nvme smart-log"')
        .catch(() => '0')) >= '2',
    60,
  );
  await until('nothing is left over', async () => (await machine.sh('pgrep -x sleep || true')) === '', 30);
});

test('drives are found by themselves, and are the same after a reboot, under other numbers, unplugged and plugged in again', async () => {
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const drives = [
    { serial: 'A1' },
    { serial: 'B2' },
    { serial: 'EMPTY', namespace: false as const },
    { serial: 'PAIR', subsystem: 'pair' },
    { serial: 'PAIR', subsystem: 'pair' },
  ];
  const machine = await Machine.boot(drives);
  await machine.sh('sh /opt/infra-monitor/docs/systemd/grant-drives.sh && udevadm settle');
  await startService(machine, port);
  await machine.sh('systemctl enable infra-monitor');

  for (const drive of ['a1', 'b2', 'empty', 'pair'])
    await observer.see(stateTopic(drive), tells({ source: 'nvme_cli', temperature: 50 }), 60);
  await until('all are announced', () => announced(observer).join(' ') === 'a1 b2 empty lab pair', 60);
  expect(observer.topics.has(`${stateTopic('empty')}/namespace_1`)).toBe(false);
  expect(JSON.parse(observer.topics.get(`${stateTopic('pair')}/namespace_1`) ?? '{}')).toMatchObject({ capacity: 1.1 });
  const before = await observer.see(`${stateTopic('a1')}/memory`, undefined, 120);

  await machine.unplug('slot1');
  await observer.see(availability('b2'), is('offline'), 30);
  await machine.plug('slot1', { serial: 'C3' });
  await observer.see(availability('c3'), is('online'), 30);
  await machine.unplug('slot0');
  await observer.see(availability('a1'), is('offline'), 30);
  await machine.plug('slot0', { serial: 'B2' });
  await observer.see(availability('b2'), is('online'), 30);
  await machine.unplug('slot1');
  await observer.see(availability('c3'), is('offline'), 30);
  await machine.plug('slot1', { serial: 'A1' });
  await observer.see(availability('a1'), is('online'), 30);

  const numbers = () => machine.sh('grep -H . /sys/class/nvme/nvme*/serial');
  const earlier = await numbers();
  observer.topics.clear();
  await machine.reboot();
  for (const drive of ['a1', 'b2', 'empty', 'pair']) await observer.see(availability(drive), is('online'), 90);
  expect(await numbers()).not.toBe(earlier);
  expect(JSON.parse(observer.topics.get(`${stateTopic('a1')}/memory`) ?? '')).toEqual(JSON.parse(before));
});
