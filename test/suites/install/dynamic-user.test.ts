import { expect, test } from 'vitest';
import { Machine } from '../machine/machine.ts';
import { builtRelease, carry, dynamicUserRelease } from './release.ts';

const seconds = 400;

/** What a drop-in of the user's own gives the service: a folder and a secret. */
const additions = `
  echo sesame >/root/token
  mkdir -p /etc/systemd/system/infra-monitor.service.d
  printf '[Service]\\nStateDirectory=lab\\nLoadCredential=ha-token:/root/token\\n' >/etc/systemd/system/infra-monitor.service.d/mine.conf
  echo HA_TOKEN_FILE=/run/credentials/infra-monitor.service/ha-token >/etc/infra-monitor.env
  systemctl daemon-reload
  systemctl restart infra-monitor`;

/** Runs a command as the service's user, who sees its folders as they are mounted for it. */
const asService = (machine: Machine, command: string) =>
  machine.sh(`set -- $(ps -o pid=,uid=,gid= -p "$(systemctl show -p MainPID --value infra-monitor)")
    nsenter --mount --target "$1" setpriv --reuid="$2" --regid="$3" --clear-groups sh -c '${command}'`);

test('an update from the service with DynamicUser= keeps its folder, its secrets and its settings, as those of the new user', async () => {
  const release = await builtRelease();
  const machine = await Machine.boot([{ serial: 'A1' }]);
  await carry(machine, await dynamicUserRelease(release, '0.0.1'), '/tmp/earlier');
  await carry(machine, release, '/tmp/release');
  await machine.sh('sh /tmp/earlier/install.sh', { seconds });
  await machine.sh(additions, { seconds });
  expect(await machine.sh('getent passwd infra-monitor')).toContain('Dynamic User');
  await asService(machine, 'echo kept >/var/lib/lab/file');

  await machine.sh('sh /tmp/release/install.sh', { seconds });
  expect(await machine.sh('grep -c "^infra-monitor:" /etc/passwd; systemctl is-active infra-monitor')).toBe(
    '1\nactive',
  );
  expect(await asService(machine, 'id -un; echo new >>/var/lib/lab/file; cat /var/lib/lab/file')).toBe(
    'infra-monitor\nkept\nnew',
  );
  expect(await machine.sh('cat /etc/infra-monitor.env; ls /run/credentials/infra-monitor.service')).toMatch(
    /^HA_TOKEN_FILE=.*\n(env\nha-token|ha-token\nenv)$/,
  );
});
