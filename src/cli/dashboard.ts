import { collectors } from '../collectors/index.ts';
import { Unusable } from '../model/fault.ts';
import { allDiscoveryTopics } from '../model/naming.ts';
import { readAnnouncements } from '../mqtt/retained.ts';
import { visit } from '../mqtt/visit.ts';
import { loadSettings } from '../settings/index.ts';
import { dashboard as dashboardOf } from '../views/home-assistant/dashboard.ts';
import { type LabDevice, lab } from '../views/home-assistant/lab.ts';
import { recorder as recorderOf } from '../views/home-assistant/recorder.ts';
import { yaml } from '../views/home-assistant/yaml.ts';

/** The devices of all agents, as the broker has them. */
async function readLab(env: string | undefined): Promise<LabDevice[]> {
  const { agent, mqtt } = loadSettings(collectors, env);
  const connection = await visit(mqtt, agent).catch((cause: unknown) => {
    throw new Unusable('No connection to the broker', { cause });
  });
  try {
    const devices = lab(await readAnnouncements(connection, agent));
    if (devices.length > 0) return devices;
    throw new Unusable(`Nothing is announced below ${allDiscoveryTopics(agent)}: either no agent has run on this broker yet, or this user may not read it`);
  } finally {
    await connection.close();
  }
}

/** Prints a dashboard, for the raw editor or a file, of all agents on the broker. */
export async function dashboard({ env }: { env?: string }): Promise<void> {
  process.stdout.write(yaml(dashboardOf(collectors, await readLab(env))));
}

/** Prints a package of what Home Assistant's recorder may leave out, of all agents on the broker. */
export async function recorder({ env }: { env?: string }): Promise<void> {
  process.stdout.write(recorderOf(await readLab(env)));
}
