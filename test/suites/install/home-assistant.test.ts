import { expect, test } from 'vitest';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { until } from '../../helpers/until.ts';
import { HomeAssistant } from '../home-assistant/home-assistant.ts';
import { Machine } from '../machine/machine.ts';
import { builtRelease, carry, laterRelease } from './release.ts';
import { retainedTopics } from './state.ts';

const seconds = 1200;
const mebibytes = (bytes: number) => Math.round(bytes / 1024 ** 2);

/** Bytes that the machine has received, and that are in use on its disk, without what apt keeps of what it has
 * fetched. */
async function usage(machine: Machine): Promise<{ received: number; used: number }> {
  const commands = [
    'cat /sys/class/net/en*/statistics/rx_bytes',
    'du --summarize --one-file-system --block-size=1 --exclude=/var/lib/apt/lists --exclude=/var/cache/apt --exclude=/tmp / | cut -f 1',
  ];
  const [received = '', used = ''] = (await machine.sh(commands.join('; '))).split('\n');
  return { received: Number(received), used: Number(used) };
}

test.each([
  { suite: 'trixie', way: 'the Debian package' },
  { suite: 'bookworm', way: 'the single file' },
] as const)(
  'a bare Debian ($suite), $way: one command, and Home Assistant shows it; reboot, update, uninstall',
  async ({ suite }) => {
    const release = await builtRelease({ single: suite === 'bookworm' });
    const { port, url } = await startMosquitto();
    const homeAssistant = await HomeAssistant.start(port);
    const machine = await Machine.boot([{ serial: 'A1' }], suite);
    await carry(machine, release, '/tmp/release');
    await carry(machine, await laterRelease(release, '9.9.9', false), '/root/later');
    const memory = async () => (await homeAssistant.states()).get('sensor.lab_memory_used')?.state;
    const isShown = async () => Number.isFinite(Number.parseFloat((await memory()) ?? ''));
    const registry = () => homeAssistant.registry('infra-monitor_lab_');
    const version = async () => (await homeAssistant.states()).get('sensor.lab_agent_version')?.state;

    const before = await usage(machine);
    const began = performance.now();
    const told = await machine.sh(`MQTT_URL=mqtt://10.0.2.2:${port} SITE=Berlin sh /tmp/release/install.sh`, {
      seconds,
    });
    await until('Home Assistant shows it', isShown, 60);
    const took = (performance.now() - began) / 1000;
    const after = await usage(machine);
    expect(told).toContain('The service is running and healthy');
    console.log(
      `${suite}: 1 command, ${Math.round(took)} s, ${mebibytes(after.received - before.received)} MB received, ${mebibytes(after.used - before.used)} MB on disk`,
    );

    await machine.reboot();
    await until(
      'the agent is back',
      async () => (await machine.sh('systemctl is-active infra-monitor; true')) === 'active',
      120,
    );
    await until('its values too', isShown, 120);

    const entities = [...(await registry()).values()].map(({ unique_id: id, entity_id: name }) => [id, name]);
    const settings = await machine.sh('cat /etc/infra-monitor.env');
    await machine.sh('infra-monitor update --from /root/later 2>&1', { seconds });
    await until('its values are there again', isShown, 120);
    // What is announced only after its first value may have come since.
    expect([...(await registry()).values()].map(({ unique_id: id, entity_id: name }) => [id, name])).toEqual(
      expect.arrayContaining(entities),
    );
    expect(await machine.sh('cat /etc/infra-monitor.env')).toBe(settings);

    expect(await machine.sh('infra-monitor uninstall 2>&1', { seconds })).toContain('infra-monitor has been removed');
    await until('no entity is left', async () => (await registry()).size === 0, 30);
    expect(await homeAssistant.ask<{ name: string }[]>('config/device_registry/list')).not.toContainEqual(
      expect.objectContaining({ name: 'lab' }),
    );
    expect((await retainedTopics(url)).filter((topic) => topic !== 'homeassistant/status')).toEqual([]);
    expect(await homeAssistant.complaints()).toEqual([]);
    expect(await version()).toBeUndefined();
  },
);
