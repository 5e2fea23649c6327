import { expect, test } from 'vitest';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { until } from '../../helpers/until.ts';
import { Machine } from '../machine/machine.ts';
import { builtRelease, carry, laterRelease } from './release.ts';
import { property, retainedTopics, traces } from './state.ts';

const seconds = 400;

test('a Debian package: one command, set up, watched over, brought up to date, back from a broken release, and gone without a trace', async () => {
  const release = await builtRelease();
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const machine = await Machine.boot([{ serial: 'A1' }]);
  await carry(machine, release, '/tmp/release');
  await carry(machine, await laterRelease(release, '9.9.8', true), '/tmp/broken');
  await carry(machine, await laterRelease(release, '9.9.9', false), '/tmp/later');
  const before = await traces(machine);

  expect(await machine.sh('sh /tmp/release/install.sh', { seconds })).toMatch(
    /^infra-monitor \S+ is installed\.\nTo set it up: sudo infra-monitor setup$/,
  );
  expect(await machine.sh('systemctl is-active infra-monitor; systemctl is-enabled infra-monitor')).toBe(
    'active\nenabled',
  );
  expect(await machine.sh('stat -c "%a %U" /etc/infra-monitor.env')).toBe('600 root');
  expect(await machine.sh('systemd-analyze verify --man=no infra-monitor.service 2>&1')).toBe('');

  const told = await machine.sh(
    `MQTT_PASSWORD=sesame infra-monitor setup --broker 10.0.2.2:${port} --username lab --site Berlin --drives`,
    { seconds },
  );
  expect(told).toContain('Drives: the service can read them');
  expect(told).toContain('Page: http://127.0.0.1:8000/');
  // It is ready only when all is published.
  await observer.see('infra-monitor/lab/status', (payload) => payload === 'online', 5);
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

  const settings = await machine.sh('cat /etc/infra-monitor.env');
  const well = () => machine.sh('infra-monitor --env /etc/infra-monitor.env health; true');
  await until('all is well', async () => (await well()) === '✓ lab is healthy', 120);
  await expect(machine.sh('infra-monitor update --from /tmp/broken 2>&1', { seconds })).rejects.toThrow(
    'has been restored',
  );
  expect(await machine.sh('dpkg -s infra-monitor')).not.toContain('9.9.8');
  expect(await property(machine, 'ActiveState')).toBe('active');
  await machine.sh('infra-monitor update --from /tmp/later 2>&1', { seconds });
  expect(await machine.sh('dpkg -s infra-monitor')).toContain('Version: 9.9.9');
  expect(await property(machine, 'ActiveState')).toBe('active');
  expect(await machine.sh('stat -c "%a %U" /etc/infra-monitor.env; cat /etc/infra-monitor.env')).toBe(
    `600 root\n${settings}`,
  );

  // The observer subscribes to the discovery topics, as Home Assistant does.
  expect(await machine.sh('infra-monitor uninstall 2>&1', { seconds })).toContain('infra-monitor has been removed');
  const after = await traces(machine);
  expect({ ...after, files: after.files.filter((file) => !before.files.includes(file)) }).toEqual({
    ...before,
    files: [],
  });
  expect(await retainedTopics(url)).toEqual([]);
  expect(await machine.sh('journalctl -o cat')).not.toContain('sesame');
});
