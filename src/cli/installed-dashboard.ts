import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import type { HaWebSocket } from '../lib/ha-websocket.ts';
import { UnredactedMessageError, UsageError } from '../model/errors.ts';
import type { YamlMap } from '../views/home-assistant/yaml.ts';

/** Where Home Assistant has the dashboard, below its address. */
export const dashboardUrlPath = 'infra-lab';

const userSchema = z.object({ is_admin: z.boolean() });
const dashboardsSchema = z.array(z.object({ url_path: z.string(), mode: z.string() }));
const installedSchema = z.looseObject({ infra_monitor: z.object({ fingerprint: z.string() }) });

/** Tells two dashboards apart. Home Assistant keeps the order of members. */
const fingerprintOf = (config: object) =>
  createHash('sha256').update(JSON.stringify(config)).digest('hex').slice(0, 16);

/** `current`: it is as it would be installed now. `edited`: changed in Home Assistant since. `foreign`: not of this
 * program. */
export type InstalledDashboardState = 'none' | 'current' | 'outdated' | 'edited' | 'foreign';

/** What is at the dashboard's path, compared with what would be installed. */
export async function compareInstalledDashboard(
  socket: HaWebSocket,
  config: YamlMap,
): Promise<InstalledDashboardState> {
  const installed = await socket.sendCommand({ type: 'lovelace/config', url_path: dashboardUrlPath });
  if (installed === undefined) return 'none';
  const { success, data } = installedSchema.safeParse(installed);
  if (!success) return 'foreign';
  const { infra_monitor: mark, ...rest } = data;
  if (fingerprintOf(rest) !== mark.fingerprint) return 'edited';
  return mark.fingerprint === fingerprintOf(config) ? 'current' : 'outdated';
}

/** Whether there is one already, which this program may replace. */
async function isCreated(socket: HaWebSocket): Promise<boolean> {
  const dashboards = dashboardsSchema.safeParse(await socket.sendCommand({ type: 'lovelace/dashboards/list' })).data;
  const existing = dashboards?.find(({ url_path }) => url_path === dashboardUrlPath);
  if (existing !== undefined && existing.mode !== 'storage')
    throw new UsageError(
      `Home Assistant has the dashboard ${dashboardUrlPath} from a file: remove it from lovelace: in configuration.yaml, and restart Home Assistant`,
    );
  return existing !== undefined;
}

/** The result of a command; one without a result has null. */
async function send(socket: HaWebSocket, command: { type: string; [option: string]: unknown }): Promise<void> {
  if ((await socket.sendCommand(command)) === undefined) throw new UnredactedMessageError(`it refuses ${command.type}`);
}

/** Saves the dashboard in Home Assistant, in place of an earlier one; true if there was one. `force`: also if that was
 * changed in Home Assistant. Throws a UsageError unless the token is that of an administrator. */
export async function installDashboard(socket: HaWebSocket, config: YamlMap, force: boolean): Promise<boolean> {
  const user = userSchema.safeParse(await socket.sendCommand({ type: 'auth/current_user' })).data;
  if (user?.is_admin !== true)
    throw new UsageError(
      'The token is not that of an administrator, and Home Assistant lets only administrators save dashboards',
    );
  const isUpdate = await isCreated(socket);
  const state = await compareInstalledDashboard(socket, config);
  if ((state === 'edited' || state === 'foreign') && !force)
    throw new UsageError(
      `The dashboard ${dashboardUrlPath} was ${state === 'edited' ? 'changed in Home Assistant' : 'not made by this command'}: --force replaces it`,
    );
  if (!isUpdate)
    await send(socket, {
      type: 'lovelace/dashboards/create',
      url_path: dashboardUrlPath,
      title: config.title,
      icon: 'mdi:server-network',
      mode: 'storage',
      show_in_sidebar: true,
      require_admin: false,
    });
  await send(socket, {
    type: 'lovelace/config/save',
    url_path: dashboardUrlPath,
    config: { ...config, infra_monitor: { fingerprint: fingerprintOf(config) } },
  });
  return isUpdate;
}
