import {
  type ListedSetting,
  listSettingsOfSchema,
  type TitledSettingsSchema,
} from '../../src/settings/list-settings.ts';
import { supportUrl, version } from '../../src/version.ts';
import { toYaml } from '../../src/views/home-assistant/yaml.ts';

/** Settings that the app's own start makes: where its page listens, and where the machine's trees are in the
 * container. */
const setByApp = /^(HTTP_|HOST_(PROC|SYS|ROOT)$)/;

const offeredSettings = (groups: readonly TitledSettingsSchema[]): ListedSetting[] =>
  groups.flatMap(listSettingsOfSchema).filter(({ name }) => !setByApp.test(name));

const optionName = ({ name }: ListedSetting) => name.toLowerCase();

/** Controllers, through which a drive's health is read; the Supervisor leaves out those that don't exist. */
const nvmeControllers = Array.from({ length: 8 }, (_, index) => `/dev/nvme${index}`);

/** Where release.yml publishes the app's image, next to the project on GitHub; undefined until the project has an
 * address. */
export const appImage = (address: string | undefined): string | undefined =>
  address?.replace(/^https:\/\/github\.com\/(.*)$/, (_, name: string) => `ghcr.io/${name.toLowerCase()}-app`);

/** repository.yaml: makes this repository one that Home Assistant can add to its store. */
export const renderAppRepository = (): string => toYaml({ name: 'Home Lab Infra Monitor', url: supportUrl });

/** Words that a name has in another spelling. */
const spellings: Record<string, string> = {
  CA: 'CA',
  DNS: 'DNS',
  FRITZBOX: 'FRITZ!Box',
  HA: 'Home Assistant',
  MQTT: 'MQTT',
  NVME: 'NVMe',
  SSDP: 'SSDP',
  URL: 'URL',
};

/** A setting's name in words: `Agent name`, `MQTT URL`. */
function titleOf({ name }: ListedSetting): string {
  const title = name
    .split('_')
    .map((word) => spellings[word] ?? word.toLowerCase())
    .join(' ');
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}`;
}

/** ha-config/app/config.yaml: the app's configuration for the Supervisor, with every setting as an option. */
export const renderAppConfig = (groups: readonly TitledSettingsSchema[]): string =>
  toYaml({
    name: 'Home Lab Infra Monitor',
    version,
    slug: 'infra_monitor',
    description: 'This machine and its drives as entities, over MQTT',
    url: supportUrl,
    image: appImage(supportUrl),
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
    // For its language, which is asked for once.
    homeassistant_api: true,
    privileged: ['SYS_ADMIN', 'SYS_RAWIO'],
    devices: nvmeControllers,
    map: [{ type: 'ssl', read_only: true }],
    schema: {
      ...Object.fromEntries(
        offeredSettings(groups).map((setting) => [optionName(setting), setting.secret ? 'password?' : 'str?']),
      ),
      other: [{ name: 'match(^[A-Z][A-Z0-9_]*$)', value: 'str' }],
    },
  });

/** How people read an option. */
export interface OptionText {
  name: string;
  description: string;
}

/** ha-config/app/translations/en.yaml: a description of each option. */
export const renderAppTranslation = (groups: readonly TitledSettingsSchema[]): string =>
  toYaml({
    configuration: {
      ...Object.fromEntries(
        offeredSettings(groups).map((setting) => [
          optionName(setting),
          { name: titleOf(setting), description: `${setting.description} ${setting.expects}.` },
        ]),
      ),
      other: {
        name: 'Other settings',
        description: 'Any other setting by its own name, for instance one for a single router.',
      },
    },
  });

/** The same in another language; throws for an option that it lacks. */
export const renderTranslatedApp = (
  groups: readonly TitledSettingsSchema[],
  texts: Readonly<Record<string, OptionText>>,
): string =>
  toYaml({
    configuration: Object.fromEntries(
      [...offeredSettings(groups).map(optionName), 'other'].map((name) => {
        const text = texts[name];
        if (text === undefined) throw new Error(`the app's option ${name} is not translated`);
        return [name, { ...text }];
      }),
    ),
  });
