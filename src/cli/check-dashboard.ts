import { homeAssistantCollector } from '../collectors/home-assistant/index.ts';
import { shellWord } from '../lib/shell-word.ts';
import type { AgentState } from '../model/state.ts';
import { readDiscoveryPayloadsOfAllAgents } from '../mqtt/retained-topics.ts';
import type { SingleUseBrokerConnection } from '../mqtt/single-use-broker-connection.ts';
import type { Settings } from '../settings/index.ts';
import type { Language } from '../views/language.ts';
import { buildDashboardForInstance } from './dashboard.ts';
import {
  type ConfiguredInstanceWithToken,
  listConfiguredInstances,
  withHomeAssistantConnection,
} from './home-assistant-login.ts';
import { ownCommand } from './installation.ts';
import { compareInstalledDashboard, dashboardUrlPath, type InstalledDashboardState } from './installed-dashboard.ts';
import type { CheckAndOnceLanguage } from './load-language.ts';
import { printAdvice, printNote, printSuccess } from './terminal.ts';
import type { CheckAndOnceTexts } from './texts/english.ts';

/** One that was read just now: a token that is refused is not sent again. */
const isRunning = (state: AgentState, { title }: ConfiguredInstanceWithToken) =>
  [...(state.collectors.get(homeAssistantCollector.id)?.entries.values() ?? [])].some(
    ({ device, sample, error }) => device.id === title && error === undefined && sample?.state === 'running',
  );

/** The state of the dashboard of this instance; `none` if that cannot be read. */
async function stateOf(
  instance: ConfiguredInstanceWithToken,
  announcements: readonly string[],
  language: Language,
): Promise<InstalledDashboardState> {
  if (instance.token === undefined) return 'none';
  return withHomeAssistantConnection(instance, instance.token, async (socket) => {
    const config = await buildDashboardForInstance(socket, announcements, language);
    return config === undefined ? 'none' : compareInstalledDashboard(socket, config);
  }).catch(() => 'none');
}

function printState(
  { title, name }: ConfiguredInstanceWithToken,
  installed: InstalledDashboardState,
  texts: CheckAndOnceTexts,
): void {
  const update = `${ownCommand()} dashboard --install${name === '' ? '' : ` --instance ${shellWord(name)}`}`;
  switch (installed) {
    case 'current':
      printSuccess(`${title}: ${texts.dashboardCurrent(dashboardUrlPath)}`);
      break;
    case 'outdated':
      printAdvice(`${title}: ${texts.dashboardOutdated(dashboardUrlPath, update)}`);
      break;
    case 'edited':
      printNote(`${title}: ${texts.dashboardEdited(dashboardUrlPath)}`);
      break;
  }
}

/** Says of each dashboard that was installed whether it still shows what there is. */
export async function checkInstalledDashboards(
  connection: SingleUseBrokerConnection | undefined,
  settings: Settings,
  state: AgentState,
  language: CheckAndOnceLanguage,
): Promise<void> {
  const instances = listConfiguredInstances(settings).filter((instance) => isRunning(state, instance));
  if (connection === undefined || instances.length === 0) return;
  const announcements = await readDiscoveryPayloadsOfAllAgents(connection, settings.agent).catch(() => []);
  for (const instance of instances)
    printState(instance, await stateOf(instance, announcements, language), language.texts);
}
