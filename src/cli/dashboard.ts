import { allCollectors } from '../collectors/index.ts';
import { UsageError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { retainedByNameOnlyNote } from '../mqtt/retained-by-name.ts';
import { readDiscoveryPayloadsOfAllAgents, readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import { loadSettings } from '../settings/index.ts';
import { buildDashboardConfig } from '../views/home-assistant/dashboard.ts';
import type { LabDevice } from '../views/home-assistant/lab-device.ts';
import { parseLabDevices } from '../views/home-assistant/lab-devices.ts';
import { renderRecorderPackage } from '../views/home-assistant/recorder-package.ts';
import { toYaml } from '../views/home-assistant/yaml.ts';

/** False where this user may not find out. */
const sendsRetainedByNameOnly = (connection: SingleUseBrokerConnection, agent: AgentIdentity): Promise<boolean> =>
  readOwnRetainedPayloadsAndStaySubscribed(connection, agent).then(
    () => connection.retainsByNameOnly,
    () => false,
  );

/** The devices of all agents, as announced on the broker. */
async function readLabDevices(env: string | undefined): Promise<LabDevice[]> {
  const { agent, mqtt } = loadSettings(allCollectors, env);
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('Cannot connect to the broker', { cause });
  });
  try {
    const devices = parseLabDevices(allCollectors, await readDiscoveryPayloadsOfAllAgents(connection, agent));
    if (devices.length > 0) return devices;
    if (await sendsRetainedByNameOnly(connection, agent))
      throw new UsageError(
        `No devices can be found: ${retainedByNameOnlyNote}. Another broker is needed (docs/mqtt.md)`,
      );
    throw new UsageError(
      `No devices are announced on ${new Topics(agent).allDiscoveryFilter}: either no agent has used this broker yet, or this user may not read these topics`,
    );
  } finally {
    await connection.close();
  }
}

/** Prints a dashboard of all agents on the broker, for the raw configuration editor or a file. */
export async function runDashboardCommand({ env }: { env?: string }): Promise<void> {
  process.stdout.write(toYaml(buildDashboardConfig(allCollectors, await readLabDevices(env))));
}

/** Prints a package that excludes entities of all agents on the broker from Home Assistant's recorder. */
export async function runRecorderCommand({ env }: { env?: string }): Promise<void> {
  process.stdout.write(renderRecorderPackage(await readLabDevices(env)));
}
