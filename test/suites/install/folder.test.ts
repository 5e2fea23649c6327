import { expect, test } from 'vitest';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { Machine } from '../machine/machine.ts';
import { documented } from './documents.ts';
import { builtRelease, carry, laterRelease } from './release.ts';
import { property, retainedTopics, traces } from './state.ts';

const seconds = 400;
const place = '/opt/infra-monitor';

test('a folder, where there is no apt: never half, brought up to date, back from a broken release, and gone without a trace', async () => {
  const release = await builtRelease();
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const machine = await Machine.boot([{ serial: 'A1' }]);
  // Without the working copy, which is there otherwise.
  await machine.sh(`umount -l ${place} && rmdir ${place} && chmod -x /usr/bin/apt-get`);
  await carry(machine, release, '/tmp/release');
  await carry(machine, await laterRelease(release, '9.9.8', true), '/tmp/broken');
  await carry(machine, await laterRelease(release, '9.9.9', false), '/tmp/later');
  const before = await traces(machine);
  const news = async () => (await traces(machine)).files.filter((file) => !before.files.includes(file));

  await machine.sh('cp -r /tmp/release /tmp/cut && truncate -s 100K /tmp/cut/*.tar.gz');
  await expect(machine.sh('sh /tmp/cut/install.sh')).rejects.toThrow('does not match SHA256SUMS');
  await expect(machine.sh('head -c 3000 /tmp/release/install.sh | sh')).rejects.toThrow();
  expect(await news()).toEqual([]);

  await machine.sh('umask 077; sh /tmp/release/install.sh', { seconds });
  expect(
    await machine.sh(
      'systemctl is-active infra-monitor; systemctl is-enabled infra-monitor; stat -c "%a %U" /etc/infra-monitor.env',
    ),
  ).toBe('active\nenabled\n600 root');
  // One that was stopped and disabled stays so, installed over and not removed.
  const state = async () => machine.sh('systemctl is-active infra-monitor; systemctl is-enabled infra-monitor; true');
  await machine.sh('systemctl disable --now infra-monitor; echo MQTT_URL=mqtt://10.0.2.2:1 >/etc/infra-monitor.env');
  await machine.sh('sh /tmp/release/install.sh', { seconds });
  expect(await state()).toBe('inactive\ndisabled');
  await expect(machine.sh('infra-monitor uninstall 2>&1', { seconds })).rejects.toThrow('Nothing was removed');
  expect(await state()).toBe('inactive\ndisabled');
  await machine.sh('echo >/etc/infra-monitor.env; systemctl enable --now infra-monitor', { seconds });

  await machine.sh('install -m 600 /dev/null /root/token; echo HA_TOKEN_FILE=/root/token >/etc/infra-monitor.env');
  await expect(machine.sh(`infra-monitor setup --broker 10.0.2.2:${port} 2>&1`, { seconds })).rejects.toThrow(
    'the service cannot read HA_TOKEN_FILE: /root/token',
  );
  await machine.sh('echo "# Mine" >/etc/infra-monitor.env; rm /root/token');
  const atOnce = documented('sudo MQTT_URL=mqtt://nas MQTT_USERNAME=lab MQTT_PASSWORD=… SITE=Berlin sh install.sh', {
    nas: `10.0.2.2:${port}`,
    '…': 'sesame',
  });
  await machine.sh(`cd /tmp/release && ${atOnce}`, { seconds });
  await machine.sh('sh /opt/infra-monitor/docs/systemd/grant-drives.sh', { seconds });
  await observer.see('infra-monitor/lab/status', (payload) => payload === 'online', 5);
  // Without its page the agent is judged by whether it keeps running.
  await machine.sh('echo HTTP_PORT=0 >>/etc/infra-monitor.env && systemctl restart infra-monitor', { seconds });
  const settings = await machine.sh('cat /etc/infra-monitor.env');

  await expect(machine.sh('infra-monitor update --from /tmp/broken 2>&1', { seconds })).rejects.toThrow(
    'has been restored',
  );
  expect(await property(machine, 'ActiveState')).toBe('active');
  await machine.sh('infra-monitor update --from /tmp/later 2>&1', { seconds });
  // The helper for drives is brought up to date with it.
  expect(
    await machine.sh(
      'systemctl is-active infra-monitor-drives.socket; grep ^ExecStart /etc/systemd/system/infra-monitor-drives.service',
    ),
  ).toMatch(/^active\nExecStart=(\S+ )?\/opt\/infra-monitor\/\S+ drives-helper$/);
  expect(await property(machine, 'ActiveState')).toBe('active');
  expect(await machine.sh(`ls /opt; cat /etc/infra-monitor.env`)).toBe(`infra-monitor\n${settings}`);

  // A secret that only the running service has.
  const token = [
    'echo sesame >/root/token',
    'mkdir -p /etc/systemd/system/infra-monitor.service.d',
    'cd /etc/systemd/system/infra-monitor.service.d',
    "printf '[Service]\\nLoadCredential=ha-token:/root/token\\n' >token.conf",
    'echo HA_TOKEN_FILE=/run/credentials/infra-monitor.service/ha-token >>/etc/infra-monitor.env',
    'systemctl daemon-reload',
    'systemctl restart infra-monitor',
  ];
  await machine.sh(token.join(' && '), { seconds });
  expect(await machine.sh('infra-monitor uninstall 2>&1', { seconds })).toContain('infra-monitor has been removed');
  const after = await traces(machine);
  expect({ ...after, files: await news() }).toEqual({ ...before, files: [] });
  expect(await retainedTopics(url)).toEqual([]);
});
