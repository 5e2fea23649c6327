/** Warnings for settings that are valid and may not be what was meant; what is odd about a single value is said by the
 * setting itself. */
export const settingWarningTexts = {
  ignored: (name: string, other: string) => `${name} is ignored, because ${other} is set`,
  usedAs: (name: string, setting: string) => `${name} is used as ${setting}, which is the name of the setting`,
  quoted: (name: string) =>
    `${name}: the quotation marks are taken as part of the value; remove them unless they are (docker run --env-file and env: in a compose file keep them)`,
  misspelled: (name: string, suggestion: string) =>
    `${name} is not a setting of this program; did you mean ${suggestion}?`,
  passwordWithoutUser: (inUrl: boolean): string =>
    inUrl
      ? 'MQTT_URL has a password and no user name: most brokers refuse that, some without an answer'
      : 'MQTT_PASSWORD is set and MQTT_USERNAME is not: most brokers refuse that, some without an answer',
  shortToken: (least: number) =>
    `HTTP_TOKEN: shorter than ${least} characters, so that it can be guessed; the next major version will refuse it. Create one with: openssl rand -hex 24`,
  openToAll: (host: string) =>
    `HTTP_HOST: anyone who can reach ${host} can read everything that this agent reports; set HTTP_TOKEN, or remove HTTP_HOST`,
  readableByAll: (setting: string, path: string, command: string) =>
    `${setting}: every user of this machine can read ${path}, which contains a secret; run: ${command}`,
  handedOver: (command: string) =>
    `${command}, and pass the file with LoadCredential= in the unit: see docs/security.md`,
};

export type SettingWarningTexts = typeof settingWarningTexts;
