import { expect, test } from 'vitest';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { observe } from '../../helpers/observer.ts';
import { Machine } from './machine.ts';

const dropIns = '/etc/systemd/system/infra-monitor.service.d';
const gate = 'infra-monitor/lab/router/gate';
const has = (expected: Record<string, unknown>) => (payload: string) =>
  Object.entries(expected).every(([key, value]) => (JSON.parse(payload) as Record<string, unknown>)[key] === value);

test('the service by its documents: settings that root alone can read, echoes and drives at once, and the host seen whole', async () => {
  const { port, url } = await startMosquitto();
  const observer = await observe(url);
  const machine = await Machine.boot([{ serial: 'A1' }]);
  // As a kernel has it where nobody says otherwise: echoes want a right.
  await machine.sh('sysctl -q net.ipv4.ping_group_range="1 0"');
  const settings = [
    `MQTT_URL=mqtt://10.0.2.2:${port}`,
    'MQTT_USERNAME=lab',
    'MQTT_PASSWORD=sesame',
    'NVME_SCHEDULE=*/10 * * * * *',
    'ROUTER_SCHEDULE=*/10 * * * * *',
    'PING_TARGETS=gate=10.0.2.2',
  ];
  await machine.sh('install -m 600 /dev/null /etc/infra-monitor.env');
  await machine.write('/etc/infra-monitor.env', settings.join('\n'));
  await machine.sh(
    `cd /opt/infra-monitor/docs/systemd && systemd-sysusers $PWD/sysusers.conf && install -m 644 infra-monitor.service -t /etc/systemd/system && install -D -m 644 ping.conf -t ${dropIns}`,
  );
  await machine.sh('systemctl daemon-reload && systemctl start infra-monitor');
  await observer.see(gate, has({ reachable: 'ON', reached_by: 'icmp' }), 150);
  await observer.see('infra-monitor/lab/host/lab', has({ reboot_required: 'OFF' }), 150);
  await machine.sh('systemd-run --unit=broken false; until systemctl is-failed broken; do sleep 1; done');
  await observer.see(
    'infra-monitor/lab/host/lab',
    (payload) => String((JSON.parse(payload) as Record<string, unknown>).failed_unit_names).includes('broken.service'),
    150,
  );

  await machine.sh('sh /opt/infra-monitor/docs/systemd/grant-drives.sh --capability');
  await observer.see('infra-monitor/lab/nvme/a1', has({ source: 'nvme_cli', hint: null }), 150);
  observer.topics.delete(gate);
  await observer.see(gate, has({ reachable: 'ON', reached_by: 'icmp' }), 150);

  // Root may read what the service may not.
  const check = () =>
    machine.sh('infra-monitor --env /etc/infra-monitor.env check 2>&1; echo "status $?"', { seconds: 300 });
  await machine.write(
    '/usr/local/bin/infra-monitor',
    '#!/bin/sh\nexec /usr/bin/node /opt/infra-monitor/dist/infra-monitor.js "$@"',
  );
  await machine.sh('chmod 755 /usr/local/bin/infra-monitor; install -m 600 /dev/null /root/password');
  await machine.write(`${dropIns}/password.conf`, '[Service]\nLoadCredential=password:/root/password');
  const handedOver = '/run/credentials/infra-monitor.service/password';
  const withPasswordFile = (path: string) =>
    settings.map((line) => (line.startsWith('MQTT_PASSWORD=') ? `MQTT_PASSWORD_FILE=${path}` : line)).join('\n');
  await machine.write('/root/password', 'sesame');
  await machine.sh('systemctl daemon-reload');
  await machine.write('/etc/infra-monitor.env', withPasswordFile(handedOver));
  const passed = await check();
  expect(passed).toMatch(
    /^– As infra-monitor.service runs: as the user infra-monitor with nvme cap_net_raw cap_sys_admin$/m,
  );
  expect(passed).toContain('✓ Broker: all required topics can be read and written');
  expect(passed).toMatch(/^✓ NVMe.*: works \((\d+) of \1 read/m);
  expect(passed).not.toContain('sesame');
  await machine.write('/etc/infra-monitor.env', withPasswordFile('/root/password'));
  expect(await check()).toMatch(/MQTT_PASSWORD_FILE: EACCES.*status 2$/s);
  await machine.write('/etc/infra-monitor.env', settings.join('\n'));

  expect(await machine.sh('stat -c "%a %U" /etc/infra-monitor.env')).toBe('600 root');
  expect(await machine.sh('journalctl -u infra-monitor -o cat')).not.toMatch(
    /sesame|every user of this machine|the bus does not know/,
  );
  expect(await machine.sh('systemd-analyze verify infra-monitor.service 2>&1')).toBe('');
});
