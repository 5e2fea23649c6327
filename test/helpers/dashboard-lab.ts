import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { embedded, run, running } from './cli.ts';
import { startInstance } from './instance.ts';
import { observe } from './observer.ts';

interface Component {
  unique_id?: string;
  default_entity_id?: string;
}

/** An agent, and a Home Assistant that has given each of its entities an id of its own. */
export async function dashboardLab() {
  const { MQTT_URL } = await embedded();
  await running({ MQTT_URL, HOST_SCHEDULE: 'off' });
  const settings = { MQTT_URL: MQTT_URL.replace('embedded', 'mqtt'), AGENT_NAME: 'another', HOST_SCHEDULE: 'off' };
  const { topics, see } = await observe(settings.MQTT_URL, { protocolVersion: 4 });
  const topic = 'homeassistant/device/infra-monitor_testling/testling/config';
  await see(topic);
  const { components } = JSON.parse(topics.get(topic) ?? '') as { components: Record<string, Component> };
  const registry = Object.entries(components).flatMap(([key, { unique_id, default_entity_id = '' }]) => ({
    platform: 'mqtt',
    unique_id,
    entity_id: `${default_entity_id.split('.')[0]}.own_${key.replaceAll('-', '_')}`,
    name: key === 'agent-agent-agent_connected' ? 'Verbunden' : null,
    disabled_by: null,
    hidden_by: null,
  }));
  const instance = await startInstance({
    results: {
      'auth/current_user': { is_admin: true },
      'config/entity_registry/list': [...registry, { platform: 'zigbee' }, 'nonsense'],
      'config/device_registry/list': [],
      'config/area_registry/list': [{ area_id: 'keller', name: 'Keller' }, 'nonsense'],
      'lovelace/dashboards/list': [],
      'lovelace/dashboards/create': {},
      'lovelace/config/save': null,
    },
    token: 'of-an-administrator',
  });
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'token');
  writeFileSync(file, 'of-an-administrator\n');
  const asked = { ...settings, HA_BASE_URL: instance.url.href };
  const install = (...more: string[]) => run(asked, 'dashboard', '--install', '--token-file', file, ...more);
  return { settings, asked, instance, file, registry, install };
}
