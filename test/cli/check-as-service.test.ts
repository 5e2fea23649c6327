import { expect, test } from 'vitest';
import { parseServiceUnit } from '../../src/cli/check-as-service.ts';

test('a unit with its drop-ins: rights and files in their order, and the last command', () => {
  const text = `# /etc/systemd/system/infra-monitor.service
[Unit]
Description=Monitor
[Service]
Type=notify
ExecStart=/usr/bin/node /opt/main.js --env \${CREDENTIALS_DIRECTORY}/env
Restart=on-failure
RestartSec=10
WatchdogSec=3min
User=infra-monitor
LoadCredential=env:/etc/infra-monitor.env
CapabilityBoundingSet=
LimitCORE=0
[Install]
WantedBy=multi-user.target

# /etc/systemd/system/infra-monitor.service.d/own.conf
[Service]
ExecStart=
ExecStart=-"/opt/a b/node" '/opt/main.js' \\
  --env /etc/infra-monitor.env
SupplementaryGroups=nvme
Environment="A=b c"
`;
  expect(parseServiceUnit(text)).toEqual({
    command: ['/opt/a b/node', '/opt/main.js', '--env', '/etc/infra-monitor.env'],
    assignments: [
      'User=infra-monitor',
      'LoadCredential=env:/etc/infra-monitor.env',
      'CapabilityBoundingSet=',
      'LimitCORE=0',
      'SupplementaryGroups=nvme',
      'Environment="A=b c"',
    ],
  });
});
