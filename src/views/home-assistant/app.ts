import { supportUrl, version } from '../../version.ts';
import { type Setting, type SettingGroup, settingsOf } from '../env-example.ts';
import { yaml } from './yaml.ts';

/** What the app's own start decides: where its page listens, and that it sees the machine from within a container. */
const decided = /^(HTTP_|HOST_(PROC|SYS|ROOT)$)/;

const offered = (groups: readonly SettingGroup[]): Setting[] => groups.flatMap(settingsOf).filter(({ name }) => !decided.test(name));

const option = ({ name }: Setting) => name.toLowerCase();

/** Controllers, through which a drive's health is read; the Supervisor passes over those that are not there. */
const controllers = Array.from({ length: 8 }, (_, index) => `/dev/nvme${index}`);

/** ha-config/app/config.yaml: what the Supervisor wants to know of the app, with every setting as an option. */
export const appConfig = (groups: readonly SettingGroup[]): string =>
  yaml({
    name: 'Home Lab Infra Monitor',
    version,
    slug: 'infra_monitor',
    description: 'This machine and its drives as entities, over MQTT',
    url: supportUrl,
    arch: ['aarch64', 'amd64'],
    homeassistant: '2025.2.0',
    startup: 'services',
    stage: 'experimental',
    host_network: true,
    ingress: true,
    ingress_port: 0,
    panel_title: 'Infra Monitor',
    panel_icon: 'mdi:server-network',
    services: ['mqtt:want'],
    privileged: ['SYS_ADMIN', 'SYS_RAWIO'],
    devices: controllers,
    map: [{ type: 'ssl', read_only: true }],
    schema: {
      ...Object.fromEntries(offered(groups).map((setting) => [option(setting), setting.secret ? 'password?' : 'str?'])),
      other: [{ name: 'match(^[A-Z][A-Z0-9_]*$)', value: 'str' }],
    },
  });

/** ha-config/app/translations/en.yaml: each option in words. */
export const appTranslation = (groups: readonly SettingGroup[]): string =>
  yaml({
    configuration: {
      ...Object.fromEntries(offered(groups).map((setting) => [option(setting), { name: setting.name, description: `${setting.description} Wants ${setting.wants}.` }])),
      other: { name: 'Other settings', description: 'Any setting by its own name, as of one router among several.' },
    },
  });
