import { buildDashboardConfig } from '../../src/views/home-assistant/dashboard.ts';
import { dashboardForRelease } from '../../src/views/home-assistant/older-releases.ts';
import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import collectors from './catalogue.json' with { type: 'json' };
import { type CollectorSummary, findLabDevices } from './find-lab-devices.ts';
import type { EntityEntry, Registries } from './registries.ts';

/** What a strategy gets of Home Assistant's frontend. */
interface Frontend extends Omit<Registries, 'entities'> {
  config: { version: string };
  callWS<T>(command: { type: string }): Promise<T>;
}

const catalogue: readonly CollectorSummary[] = collectors;

const noAgentView: YamlMap = {
  title: 'Lab',
  cards: [
    {
      type: 'markdown',
      content:
        'No agent of Home Lab Infra Monitor has announced a device yet: let one use the broker of this Home Assistant.',
    },
  ],
};

/** https://developers.home-assistant.io/docs/frontend/custom-ui/custom-strategy */
class InfraMonitorStrategy extends HTMLElement {
  /** There is nothing to configure. */
  static noEditor = true;
  /** When these change, Home Assistant generates the dashboard anew. */
  static registryDependencies = ['entities', 'devices', 'areas'];

  static async generate(_config: unknown, { areas, devices, states, config, callWS }: Frontend): Promise<YamlMap> {
    const entities = await callWS<EntityEntry[]>({ type: 'config/entity_registry/list' });
    const lab = findLabDevices(catalogue, { areas, devices, states, entities });
    return lab.length === 0
      ? { title: 'Lab', views: [noAgentView] }
      : dashboardForRelease(buildDashboardConfig(catalogue, lab), config.version);
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
  description: 'What is wrong, then sites, machines, drives, routers and Home Assistant: all that agents announce',
});
