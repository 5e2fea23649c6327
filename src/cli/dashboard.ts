import { allCollectors } from '../collectors/index.ts';
import { UsageError } from '../model/errors.ts';
import { allDiscoveryTopics } from '../model/naming.ts';
import { connectOnce } from '../mqtt/connect-once.ts';
import { readDiscoveryPayloads } from '../mqtt/retained-topics.ts';
import { loadSettings } from '../settings/index.ts';
import { buildDashboard as buildLabDashboard } from '../views/home-assistant/dashboard.ts';
import { type LabDevice, parseLabDevices } from '../views/home-assistant/lab-devices.ts';
import { renderRecorderPackage as buildRecorderPackage } from '../views/home-assistant/recorder-package.ts';
import { toYaml } from '../views/home-assistant/yaml.ts';

/** The devices of all agents, as the broker has them. */
async function readLabDevices(env: string | undefined): Promise<LabDevice[]> {
  const { agent, mqtt } = loadSettings(allCollectors, env);
  const connection = await connectOnce(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('No connection to the broker', { cause });
  });
  try {
    const devices = parseLabDevices(await readDiscoveryPayloads(connection, agent));
    if (devices.length > 0) return devices;
    throw new UsageError(
      `Nothing is announced below ${allDiscoveryTopics(agent)}: either no agent has run on this broker yet, or this user may not read it`,
    );
  } finally {
    await connection.close();
  }
}

/** Prints a dashboard, for the raw editor or a file, of all agents on the broker. */
export async function printDashboard({ env }: { env?: string }): Promise<void> {
  process.stdout.write(toYaml(buildLabDashboard(allCollectors, await readLabDevices(env))));
}

/** Prints a package of what Home Assistant's recorder may leave out, of all agents on the broker. */
export async function printRecorderPackage({ env }: { env?: string }): Promise<void> {
  process.stdout.write(buildRecorderPackage(await readLabDevices(env)));
}
