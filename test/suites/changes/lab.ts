import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { type AgentProcess, startAgent } from '../../helpers/agent.ts';
import { drives, smartLog } from '../../helpers/drives.ts';
import { FritzBox } from '../../helpers/fritzbox/index.ts';
import { startMosquitto } from '../../helpers/mosquitto.ts';
import { tree } from '../../helpers/tree.ts';
import { until } from '../../helpers/until.ts';
import { configureStrategy, countErrors, screens } from '../ha-config/strategy-dashboard.ts';
import { openPage } from '../home-assistant/dashboard.ts';
import { type DeviceEntry, HomeAssistant, type RegistryEntry } from '../home-assistant/home-assistant.ts';

const [phone, , wall] = screens;

/** Every entity that a dashboard names. */
const entitiesIn = (config: unknown) => [
  ...new Set(JSON.stringify(config).match(/\b(sensor|binary_sensor|update|button|event|switch)\.\w+/g)),
];

const isOurs = ({ identifiers }: DeviceEntry) => identifiers.some(([, id]) => id.startsWith('infra-monitor_'));

/** Two drives of one model, of which one can be replaced. */
function twoDrives() {
  const rack = drives({ serial: 'S1' }, { name: 'nvme9001', serial: 'S2' });
  for (const name of ['nvme9000', 'nvme9001', 'nvme9002']) rack.tell(`nvme smart-log ${name}`, smartLog());
  const replace = () => {
    rack.unplug('nvme9001');
    rack.plug({ name: 'nvme9002', serial: 'S3' });
  };
  return { sys: rack.sys, replace };
}

export interface Lab {
  homeAssistant: HomeAssistant;
  replaceDrive(): void;
  start(agent: 'nas' | 'pi' | 'cabin', more?: Record<string, string>): AgentProcess;
  entities(): Promise<RegistryEntry[]>;
  /** The entity id of a unique id; undefined if there is no such entity. */
  idOf(unique: string): Promise<string | undefined>;
  /** Names of our devices. */
  devices(): Promise<string[]>;
  untilNoGhosts(): Promise<void>;
  /** Both dashboards show what there is, and Home Assistant has nothing to complain of. */
  holds(step: string): Promise<void>;
  /** Home Assistant keeps the statistics of entities that are removed, and says so from now on. */
  expectRemovalOf(uniqueIdPrefix: string): Promise<void>;
  installedDashboard(): Promise<string>;
}

/** A broker, a Home Assistant and a FRITZ!Box. The agents: nas and pi in Berlin, which watch both, and cabin in
 * Hamburg. */
export async function startLab(): Promise<Lab> {
  const mosquitto = await startMosquitto();
  const box = await new FritzBox('dsl').start();
  onTestFinished(() => box.stop());
  const homeAssistant = await HomeAssistant.start(mosquitto.port);
  configureStrategy(homeAssistant.folder);
  await homeAssistant.restart();
  const folder = mkdtempSync(join(tmpdir(), 'token-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, homeAssistant.token);
  const rack = twoDrives();
  const cabinRoots = tree({ 'root/etc/machine-id': 'c4b1'.repeat(8) });
  /** Warnings and errors of any part of Home Assistant since it has started. */
  const warnings = () =>
    homeAssistant
      .log()
      .split('\n')
      .filter((line) => / (WARNING|ERROR|CRITICAL) \(/.test(line))
      .filter((line) => !homeAssistant.isWarningOfOlderRelease(line));
  const atStart = warnings().length;

  const all = { MQTT_URL: mosquitto.url, HOST_SCHEDULE: '*/5 * * * * *' };
  const watching = {
    ...all,
    SITE: 'Berlin',
    HA_BASE_URL: `http://127.0.0.1:${homeAssistant.port}`,
    ROUTER_SCHEDULE: '*/5 * * * * *',
    FRITZBOX_HOSTS: `home=http://${box.address}/igddesc.xml`,
  };
  const settings = {
    nas: {
      ...watching,
      AGENT_NAME: 'nas',
      SITES: 'true',
      HA_TOKEN: homeAssistant.token,
      FRITZBOX_USERNAME: 'monitor',
      FRITZBOX_PASSWORD: 'gürkensalat$1',
      HOST_SYS: rack.sys,
      DRIVES: process.env.DRIVES ?? '',
      NVME_SCHEDULE: '*/2 * * * * *',
    },
    pi: { ...watching, AGENT_NAME: 'pi', NVME_SCHEDULE: 'off' },
    cabin: { ...all, AGENT_NAME: 'cabin', SITE: 'Hamburg', HOST_ROOT: cabinRoots.host(), NVME_SCHEDULE: 'off' },
  };
  const command = async (...args: string[]) => {
    const { ended, output } = startAgent({ ...watching, AGENT_NAME: 'desk', HA_TOKEN: homeAssistant.token }, args);
    expect(await ended, output()).toBe(0);
    return output();
  };

  const allDevices = () => homeAssistant.ask<DeviceEntry[]>('config/device_registry/list');
  const entities = () => homeAssistant.seenEntities('infra-monitor_');
  /** Devices none of whose enabled entities is available. */
  const ghosts = async () => {
    const [states, registry, devices] = [await homeAssistant.states(), await entities(), await allDevices()];
    const isAvailable = ({ entity_id: id }: RegistryEntry) =>
      (states.get(id)?.state ?? 'unavailable') !== 'unavailable';
    const own = (device: DeviceEntry) =>
      registry.filter((entry) => entry.device_id === device.id && entry.disabled_by === null);
    return devices.filter((device) => isOurs(device) && !own(device).some(isAvailable)).map(({ name }) => name);
  };
  const look = async (step: string) => {
    const page = await openPage(homeAssistant);
    // Cards of what has just been removed stand until the frontend has built the dashboard anew.
    const seen = page.locator('hui-error-card, hui-warning');
    for (const dashboard of ['infra-auto', 'infra-lab']) {
      const faults: string[] = [];
      const errors = await countErrors(page, `${dashboard}/lab`, [wall, phone], async ({ name }) => {
        await page
          .getByText(/(is|are) wrong\.|Everything is well\./)
          .first()
          .waitFor();
        await until('no card is in error', async () => (await seen.count()) === 0, 5).catch(async () =>
          faults.push(...(await seen.allInnerTexts())),
        );
        const { SHOTS } = process.env;
        const file = `${homeAssistant.version} ${step} ${dashboard} ${name}.png`.replaceAll(' ', '-');
        if (SHOTS !== undefined) await page.screenshot({ path: join(SHOTS, file) });
      });
      expect.soft(faults, `${step}: ${dashboard}`).toEqual([]);
      expect.soft(errors, `${step}: ${dashboard}`).toEqual({ wall: 0, phone: 0 });
    }
    await page.context().browser()?.close();
  };
  const installedDashboard = async () =>
    JSON.stringify(await homeAssistant.ask('lovelace/config', { url_path: 'infra-lab' }));

  const removed = new Set<string>();

  return {
    homeAssistant,
    replaceDrive: rack.replace,
    start: (agent, more = {}) => startAgent({ ...settings[agent], ...more }),
    entities,
    idOf: async (unique) => (await entities()).find(({ unique_id: id }) => id === `infra-monitor_${unique}`)?.entity_id,
    devices: async () => (await allDevices()).filter(isOurs).map(({ name }) => name),
    untilNoGhosts: async () => {
      let found: string[] = [];
      await until(
        'no device without an available entity',
        async () => {
          found = await ghosts();
          return found.length === 0;
        },
        90,
      ).catch((cause: unknown) => {
        throw new Error(`these have no available entity: ${found.join(', ')}`, { cause });
      });
    },
    holds: async (step) => {
      await command('dashboard', '--install', '--token-file', tokenFile);
      const named = entitiesIn(await installedDashboard());
      const states = await homeAssistant.states();
      expect(named.length, step).toBeGreaterThan(20);
      expect
        .soft(
          named.filter((id) => !states.has(id)),
          step,
        )
        .toEqual([]);
      await look(step);
      const statistics = await homeAssistant.ask<Record<string, { type: string }[]>>('recorder/validate_statistics');
      const unexplained = Object.entries(statistics).filter(
        ([id, faults]) => !removed.has(id) || faults.some(({ type }) => type !== 'no_state'),
      );
      expect.soft(unexplained, step).toEqual([]);
      const { issues } = await homeAssistant.ask<{ issues: { issue_id: string }[] }>('repairs/list_issues');
      // Of this way to install it.
      const repairs = issues.filter(({ issue_id: id }) => !id.startsWith('deprecated_'));
      expect.soft(repairs, step).toEqual([]);
      expect.soft(warnings().slice(atStart), step).toEqual([]);
    },
    expectRemovalOf: async (prefix) => {
      for (const { entity_id: id, unique_id: unique } of await entities())
        if (unique.startsWith(prefix)) removed.add(id);
    },
    installedDashboard,
  };
}
