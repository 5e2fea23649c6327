import { execa } from 'execa';
import { expect, test } from 'vitest';
import { program } from '../../helpers/agent.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { Machine } from '../machine/machine.ts';
import { converse } from './conversation.ts';
import { documented } from './documents.ts';
import { builtRelease, carry, laterRelease } from './release.ts';
import { property, retainedTopics, traces } from './state.ts';

const seconds = 400;

test('a Debian package: one command, set up, watched over, brought up to date, back from a broken release, and gone without a trace', async () => {
  const release = await builtRelease();
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const machine = await Machine.boot([{ serial: 'A1' }]);
  await carry(machine, release, '/root/release');
  await carry(machine, await laterRelease(release, '9.9.8', true), '/tmp/broken');
  await carry(machine, await laterRelease(release, '9.9.9', false), '/tmp/later');
  const before = await traces(machine);

  expect(await machine.sh(`cd /root && ${documented('sudo sh release/install.sh')}`, { seconds })).toMatch(
    /^infra-monitor \S+ is installed\.\nTo set it up: sudo infra-monitor setup$/,
  );
  expect(await machine.sh('systemctl is-active infra-monitor; systemctl is-enabled infra-monitor')).toBe(
    'active\nenabled',
  );
  expect(await machine.sh('stat -c "%a %U" /etc/infra-monitor.env')).toBe('600 root');
  expect(await machine.sh('systemd-analyze verify --man=no infra-monitor.service 2>&1')).toBe('');

  const setUp = (helper: string) =>
    converse(
      machine.terminal(documented('sudo infra-monitor setup')),
      [
        ['Broker that Home Assistant uses', `10.0.2.2:${port}\n`],
        ['Site', 'Berlin\n'],
        ['Set up this helper?', helper],
      ],
      300,
    );
  expect((await setUp('\x03')).shown).toContain('Cancelled; nothing was changed');
  expect(
    await machine.sh('systemctl is-active infra-monitor; grep MQTT_URL /etc/infra-monitor.env || echo nothing'),
  ).toBe('active\nnothing');
  const { shown, status } = await setUp('y\n');
  expect({ shown, status }).toEqual({
    shown: expect.stringContaining('Drives: the helper reads them for the service'),
    status: 0,
  });
  expect(shown).toContain('Page: http://127.0.0.1:8000/');
  // It is ready when all is published, or after five seconds. The bus tells only users that it knows of units.
  const host = await observer.see('infra-monitor/lab/host/lab', () => true, 60);
  expect(JSON.parse(host)).toMatchObject({ failed_units: 0 });
  await observer.see('infra-monitor/lab/status', (payload) => payload === 'online', 60);
  await observer.see(
    'infra-monitor/lab/nvme/a1',
    (payload) => (JSON.parse(payload) as { source: string }).source === 'nvme_cli',
    120,
  );

  const first = await property(machine, 'MainPID');
  await machine.sh(
    "mkdir -p /run/systemd/system/infra-monitor.service.d && printf '[Service]\\nWatchdogSec=60\\nRestartSec=1\\n' >/run/systemd/system/infra-monitor.service.d/test.conf",
  );
  await machine.sh('systemctl daemon-reload && systemctl restart infra-monitor', { seconds });
  const second = await property(machine, 'MainPID');
  expect(second).not.toBe(first);
  await machine.sh(`kill -STOP ${second}`);
  const isAnother = async () =>
    (await property(machine, 'MainPID')) !== second && (await property(machine, 'ActiveState')) === 'active';
  await until('it is started anew', isAnother, 300);
  expect(await machine.sh('journalctl -u infra-monitor -o cat')).toContain('Watchdog timeout');
  await machine.sh('rm -r /run/systemd/system/infra-monitor.service.d && systemctl daemon-reload');

  // As the documents say what to do with it. What the emulated machine reads takes too long now and then.
  const broker = `MQTT_URL=mqtt://10.0.2.2:${port}`;
  expect(await machine.sh(`${broker} ${documented('infra-monitor check')} || true`, { seconds })).toContain(
    'Broker: connected',
  );
  const once = documented('infra-monitor once [--json]', { '[--json]': '--json' });
  expect(JSON.parse(await machine.sh(`${once} || true`, { seconds }))).toBeInstanceOf(Array);
  expect(await machine.sh(`${broker} ${documented('infra-monitor dashboard')}`, { seconds })).toContain('title: Lab');
  const runs = [
    `AGENT_ID=another HTTP_PORT=0 ${broker} ${documented('infra-monitor')} >/tmp/another.log &`,
    'until grep "MQTT: connected" /tmp/another.log; do sleep 1; done; kill $!; wait',
  ];
  await machine.sh(runs.join('\n'), { seconds });
  const adopt = documented('infra-monitor adopt ID', {
    'infra-monitor': 'infra-monitor --env /tmp/adopting.env',
    ID: 'another',
  });
  expect(await machine.sh(`echo ${broker} >/tmp/adopting.env; ${adopt}; rm /tmp/adopting.env`, { seconds })).toContain(
    'AGENT_ID=another was written',
  );
  const forget = documented('infra-monitor forget [device]', { ' [device]': '' });
  expect(await machine.sh(`AGENT_ID=another ${broker} ${forget}`, { seconds })).toMatch(/Removed: \d devices/);
  expect(await machine.sh(documented('infra-monitor setup'), { seconds })).toContain('Settings: unchanged');
  await machine.sh(documented('sudo systemctl restart infra-monitor'), { seconds });
  expect(await machine.sh(documented('journalctl -u infra-monitor'))).toContain('MQTT: connected');

  const settings = await machine.sh('cat /etc/infra-monitor.env');
  const historyTopic = 'infra-monitor/lab/nvme/a1/memory';
  const history = () => JSON.parse(observer.topics.get(historyTopic) ?? '{}') as object;
  // A history begins once several readings of one process agree.
  await observer.see(historyTopic, undefined, 300);
  const historyBefore = history();
  expect(historyBefore).not.toEqual({});
  await until(
    'all is well',
    () =>
      machine.sh(documented('infra-monitor health')).then(
        () => true,
        () => false,
      ),
    120,
  );
  await expect(machine.sh(`${documented('infra-monitor update')} 2>&1`)).rejects.toThrow('Specify the folder or URL');
  const update = documented('sudo infra-monitor update --from FOLDER_OR_URL', { FOLDER_OR_URL: '/tmp/broken' });
  await expect(machine.sh(`${update} 2>&1`, { seconds })).rejects.toThrow('has been restored');
  expect(await machine.sh('dpkg -s infra-monitor')).not.toContain('9.9.8');
  expect(await property(machine, 'ActiveState')).toBe('active');
  await machine.sh('mv /root/release /root/old && mv /tmp/later /root/release');
  await machine.sh(`cd /root && ${documented('sudo infra-monitor update --from release')} 2>&1`, { seconds });
  expect(await machine.sh('dpkg -s infra-monitor')).toContain('Version: 9.9.9');
  expect(await property(machine, 'ActiveState')).toBe('active');
  expect(await machine.sh('stat -c "%a %U" /etc/infra-monitor.env; cat /etc/infra-monitor.env')).toBe(
    `600 root\n${settings}`,
  );
  expect(history()).toMatchObject(historyBefore);

  // The observer subscribes to the discovery topics, as Home Assistant does.
  expect(await machine.sh(`${documented('sudo infra-monitor uninstall')} 2>&1`, { seconds })).toContain(
    'infra-monitor has been removed',
  );
  const expectNothingLeft = async () => {
    const after = await traces(machine);
    expect({ ...after, files: after.files.filter((file) => !before.files.includes(file)) }).toEqual({
      ...before,
      files: [],
    });
  };
  await expectNothingLeft();
  expect(await retainedTopics(url)).toEqual([]);

  const install = documented('sudo apt install ./release/infra-monitor_VERSION_all.deb', { VERSION: '9.9.9' });
  await machine.sh(`cd /root && yes | ${install}`, { seconds });
  await machine.sh(
    `echo ${broker} >/etc/infra-monitor.env; sh /usr/lib/infra-monitor/docs/systemd/grant-drives.sh --capability`,
    {
      seconds,
    },
  );
  await machine.sh('systemctl restart infra-monitor', { seconds });
  await machine.sh(`yes | ${documented('sudo apt purge infra-monitor')}`, { seconds });
  await expectNothingLeft();
  expect(await retainedTopics(url)).toContain('infra-monitor/lab/status');
  const forgetAgent = documented('infra-monitor forget --agent ID', {
    'infra-monitor': `${process.execPath} ${program}`,
    ID: 'lab',
  });
  await execa('sh', ['-c', forgetAgent], { env: { MQTT_URL: url } });
  expect(await retainedTopics(url)).toEqual([]);
  // As on a physical machine without a drive that tells its health.
  const drives = '/run/systemd/system/smartmontools.service.d';
  const lines =
    '[Unit]\\nConditionVirtualization=\\n[Service]\\nExecStart=\\nExecStart=/usr/sbin/smartd -n -c /tmp/no-drives\\n';
  await machine.sh(`touch /tmp/no-drives; mkdir ${drives} && printf '${lines}' >${drives}/test.conf`);
  await machine.sh('systemctl daemon-reload; systemctl start smartmontools || true', { seconds });
  expect(
    await machine.sh('systemctl show -p ExecMainStatus --value smartmontools; systemctl is-failed smartmontools'),
  ).toBe('17\nfailed');
  await machine.sh(documented('sudo systemctl disable --now smartmontools'), { seconds });
  await machine.sh(documented('sudo systemctl reset-failed smartmontools'), { seconds });
  expect(await machine.sh('systemctl is-enabled smartmontools; systemctl is-failed smartmontools; true')).toBe(
    'disabled\ninactive',
  );
  await machine.sh(`yes | ${documented('sudo apt autoremove')}`, { seconds });
});
