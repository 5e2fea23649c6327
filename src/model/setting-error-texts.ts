/** What a value must be: noun phrases without an article. */
const forms = {
  string: 'string',
  list: 'comma-separated list',
  boolean: 'true or false (or yes, no, on, off, 1, 0)',
  numberFromZero: 'number, 0 or greater',
  integer: (min: number, max: number) => `integer from ${min} to ${max}`,
  oneOf: (options: readonly string[]) => `one of ${options.join(', ')}`,
  path: 'path',
  absolutePath: 'absolute path',
  pemFile: 'path of a PEM file',
  topic: 'topic without +, #, or empty levels',
  agentId: 'up to 60 lower-case letters, digits and underscores',
  schedule:
    'interval that divides a minute, an hour or a day; cron expression with six fields, seconds first, that matches at least one date; or off',
  brokerUrls: 'URL with a host (mqtt://, mqtts://, ws://, wss:// or embedded://)',
  webUrl: 'URL with a host (http:// or https://)',
  instances: 'URL with a host and without credentials (http:// or https://), or comma-separated list of name=URL',
  token: 'token without blanks or line breaks',
  httpToken: 'string without blanks at its ends, such as that of: openssl rand -hex 24',
  headerValue: 'string that is valid in an HTTP header, without blanks at its ends',
  peers: 'comma-separated addresses and networks',
  routers: 'comma-separated addresses, each with an optional name: cellar=192.168.178.1; a comma in a URL is %2C',
  targets:
    'comma-separated hosts, tcp://host:port, http:// or https:// addresses, each with an optional name; a comma in a URL is %2C',
  clients: 'comma-separated list of name=MAC address',
  driveTypes: 'list of <drive>=<type>, separated by blanks',
};

/** What a name of a setting such as `HA_TOKEN_CELLAR` can name. */
const namedThings = {
  router: 'router',
  routerOrTarget: 'router or target',
  instance: 'instance of HA_BASE_URL',
  filesystem: 'file system',
};

export type PerNameSettingTargetKind = keyof typeof namedThings;

const encodeCredentials = 'in a user name or password, write % as %25, # as %23, / as %2F, ? as %3F and @ as %40';

/** What is said of settings: what is wrong with them, and warnings for those that are valid and may not be what was
 * meant. */
export const settingErrorTexts = {
  forms,
  /** Above all that is wrong. */
  wrong: (count: number) => `${count === 1 ? 'A setting is' : `${count} settings are`} wrong:`,
  expected: (value: string, form: string) => `got ${value}, expected ${form}`,
  didYouMean: (suggestion: string) => `did you mean ${suggestion}?`,
  ipv6InBrackets: 'an IPv6 address in a URL must be in brackets: [fd00::1]:1883',
  urlFaults: {
    noHost: 'the host is missing',
    hostCharacter: 'the host contains a character that host names cannot have',
    port: 'the port must be a number from 1 to 65535',
  },
  /** Percent-encoding of the characters that a URL reserves (RFC 3986, section 2.1). */
  encodeCredentials,
  encodeOrSetCredentials: `${encodeCredentials}, or set MQTT_USERNAME and MQTT_PASSWORD`,
  fileIsSetToo: (fileSetting: string) => `${fileSetting} is set too; remove one of them`,
  fileDoesNotExist: (path: string) => `${path} does not exist`,
  bothOrNeither: (settings: string) => `${settings}: set both or neither`,
  reservedName: (name: string, reserved: string) => `got ${name}, but the names ${reserved} are reserved`,
  /** `possible`: variables that there can be, or nothing. */
  namesNothing(setting: string, name: string, thing: PerNameSettingTargetKind, possible: string): string {
    const kind = namedThings[thing];
    const remedy =
      possible === ''
        ? `the settings name none: use ${setting}, or give the ${kind} this name`
        : `possible: ${possible}`;
    return `${setting}_${name}: no ${kind} has this name; ${remedy}`;
  },
  nameInUse: (settings: string, name: string) =>
    `${settings}: the name “${name}” is already in use; choose another one: name=address`,
  wrongLine: (line: number, fault: string) => `line ${line}: ${fault}`,
  notUtf8: 'the file is UTF-16, or not text: save it as UTF-8',
  expectedSetting: 'expected NAME=value, or # before a comment',
  expectedValueOf: (name: string) => `expected ${name}=value`,
  commaInUrl: (host: string) =>
    `${host} is taken for a host of its own; if it belongs to the URL before it, write that comma as %2C, and if not, name it: ${host}=${host}`,
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

export type SettingErrorTexts = typeof settingErrorTexts;

type Forms = SettingErrorTexts['forms'];

/** What a value must be, by its key, or with what it depends on. */
export type SettingValueFormat =
  | { [Key in keyof Forms]: Forms[Key] extends string ? Key : never }[keyof Forms]
  | ((forms: Forms) => string);

export const textOfSettingValueFormat = (
  form: SettingValueFormat,
  { forms }: SettingErrorTexts = settingErrorTexts,
): string => (typeof form === 'function' ? form(forms) : forms[form]);
