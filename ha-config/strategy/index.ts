import { buildDashboardConfig } from '../../src/views/home-assistant/dashboard.ts';
import { type DashboardLanguage, englishDashboard } from '../../src/views/home-assistant/dashboard-language.ts';
import { dashboardTextsInGerman } from '../../src/views/home-assistant/german.ts';
import { dashboardForRelease } from '../../src/views/home-assistant/older-releases.ts';
import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import collectors from './catalogue.json' with { type: 'json' };
import { type CollectorSummary, findLabDevices } from './find-lab-devices.ts';
import catalogueInGerman from './german.json' with { type: 'json' };
import type { EntityEntry, Registries } from './registries.ts';

/** What a strategy gets of Home Assistant's frontend. */
interface Frontend extends Omit<Registries, 'entities'> {
  config: { version: string };
  /** What the user of this browser has chosen. */
  locale: { language: string };
  callWS<T>(command: { type: string }): Promise<T>;
}

const catalogue: readonly CollectorSummary[] = collectors;

const german: DashboardLanguage = { dashboard: dashboardTextsInGerman, ...catalogueInGerman };

const isGerman = (language: string) => /^de\b/.test(language);

const noAgentView = ({ lab, noAgent }: DashboardLanguage['dashboard']): YamlMap => ({
  title: lab,
  cards: [{ type: 'markdown', content: noAgent }],
});

/** https://developers.home-assistant.io/docs/frontend/custom-ui/custom-strategy */
class InfraMonitorStrategy extends HTMLElement {
  /** There is nothing to configure. */
  static noEditor = true;
  /** When these change, Home Assistant generates the dashboard anew. */
  static registryDependencies = ['entities', 'devices', 'areas'];

  static async generate(
    _config: unknown,
    { areas, devices, states, config, locale, callWS }: Frontend,
  ): Promise<YamlMap> {
    const entities = await callWS<EntityEntry[]>({ type: 'config/entity_registry/list' });
    const language = isGerman(locale.language) ? german : englishDashboard;
    const lab = findLabDevices(catalogue, { areas, devices, states, entities }, language);
    return lab.length === 0
      ? { title: language.dashboard.lab, views: [noAgentView(language.dashboard)] }
      : dashboardForRelease(buildDashboardConfig(catalogue, lab, language), config.version);
  }
}

customElements.define('ll-strategy-dashboard-infra-monitor', InfraMonitorStrategy);

/** By this list the dialog *Add dashboard* knows strategies that are not Home Assistant's. */
const frontend: Window & { customStrategies?: object[] } = window;
frontend.customStrategies ??= [];
frontend.customStrategies.push({
  type: 'infra-monitor',
  strategyType: 'dashboard',
  name: 'Home Lab Infra Monitor',
  // Home Assistant's frontend tells its language by the document.
  get description() {
    return isGerman(document.documentElement.lang)
      ? 'Probleme, dann Standorte, Rechner, Laufwerke, Router und Home Assistant: alles, was Agenten melden'
      : 'What is wrong, then sites, machines, drives, routers and Home Assistant: all that agents announce';
  },
});
