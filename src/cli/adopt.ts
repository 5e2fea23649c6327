import { allCollectors } from '../collectors/index.ts';
import { UsageError } from '../model/errors.ts';
import { Topics } from '../model/topics.ts';
import { connectTemporarily } from '../mqtt/connect-temporarily.ts';
import { isDuplicateAgentConnected } from '../mqtt/duplicate-agent.ts';
import { refuseWithoutData } from '../mqtt/remove-published-data.ts';
import { readOwnRetainedPayloadsAndStaySubscribed } from '../mqtt/retained-topics.ts';
import { toAgentId } from '../settings/agent-settings.ts';
import { loadSettings, type Settings } from '../settings/index.ts';
import {
  editSettingsText,
  pickProcessVariables,
  readSettingsTextOrEmpty,
  writeSettingsFile,
} from '../settings/settings-file.ts';
import { ownCommand } from './installation.ts';
import { printNote, printSuccess } from './terminal.ts';

/** Throws UsageError unless the broker has data of an agent with this id that does not run. Returns whether it has some
 * of this one. */
async function checkAdoptable({ agent, mqtt }: Settings, id: string): Promise<{ hasOwnData: boolean }> {
  const former = { ...agent, id, name: id };
  const connection = await connectTemporarily(mqtt, agent).catch((cause: unknown) => {
    throw new UsageError('Cannot connect to the broker', { cause });
  });
  try {
    refuseWithoutData(former, await readOwnRetainedPayloadsAndStaySubscribed(connection, former));
    if (await isDuplicateAgentConnected(mqtt, former))
      throw new UsageError(`${id} is running, and two agents cannot have one ID; stop it first`);
    const own = await readOwnRetainedPayloadsAndStaySubscribed(connection, agent);
    return { hasOwnData: [...own.keys()].some((topic) => new Topics(agent).isOwn(topic)) };
  } finally {
    await connection.close();
  }
}

/** Writes AGENT_ID to the settings file, so that this agent goes on with the devices of another one that is no longer
 * in use. */
export async function runAdoptCommand(idOrName: string, { env }: { env?: string }): Promise<void> {
  const isSetByEnvironment = pickProcessVariables(['AGENT_ID']).AGENT_ID !== undefined;
  const settings = loadSettings(allCollectors, env);
  const { agent, mqtt } = settings;
  const id = toAgentId(idOrName);
  if (id === agent.id) throw new UsageError(`${id} is already this agent’s ID`);
  if (mqtt.MQTT_URL.protocol === 'embedded')
    throw new UsageError(
      'With these settings, the agent runs its own broker (embedded), which forgets everything when the agent stops: there is no agent to adopt',
    );
  const { hasOwnData } = await checkAdoptable(settings, id);
  const file = env ?? '.env';
  const text = readSettingsTextOrEmpty(file);
  if (isSetByEnvironment || text === '')
    throw new UsageError(
      isSetByEnvironment
        ? `The environment sets AGENT_ID, and overrides the settings file: set AGENT_ID=${id} there`
        : `There is no settings file ${file}: set AGENT_ID=${id} where the agent’s other settings are, or name their file with --env`,
    );
  writeSettingsFile(file, editSettingsText(text, { AGENT_ID: id }, new Map()));
  printSuccess(`AGENT_ID=${id} was written to ${file}. Restart the agent: it will continue with the devices of ${id}`);
  if (hasOwnData)
    printNote(
      `What it has published as ${agent.id} remains. To remove it after the restart, run: ${ownCommand()} forget --agent ${agent.id}`,
    );
}
