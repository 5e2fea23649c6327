/** What the dashboard says of its own. Names of entities come from Home Assistant, in the language of their agents. */
export const englishDashboardTexts = {
  lab: 'Lab',
  machines: 'Machines',
  targets: 'Targets',
  network: 'Network',
  latency: 'Latency',
  lastDay: 'Last day',
  diagnosis: 'Diagnosis',
  storage: 'Storage',
  whatIsWrong: 'What is wrong',
  /** Entities without a name, which Home Assistant names by their device classes. */
  deviceClasses: { temperature: 'Temperature', problem: 'Problem' } as Readonly<Record<string, string>>,
  /** Headings of parts, by their table. */
  parts: {
    filesystem: 'File systems',
    interface: 'Network interfaces',
    disk: 'Disks',
    temperature: 'Temperatures',
    fan: 'Fans',
    namespace: 'Namespaces',
    radio: 'WLAN',
    repeater: 'Repeaters',
    meshlink: 'Mesh links',
    member: 'Members',
    client: 'Clients',
  },
  noAgent:
    'No agent of Home Lab Infra Monitor has announced a device yet: let one use the broker of this Home Assistant.',

  // In templates, whose strings have single quotes.
  /** With the number in place of %d. */
  thingsAreWrong: '%d things are wrong.',
  oneThingIsWrong: 'One thing is wrong.',
  everythingIsWell: 'Everything is well.',
  nothingKnown: 'Nothing is known to be wrong.',
  /** `names`: an expression. */
  unknownOf: (names: string) => `Of {{ ${names} }} it is not known what is wrong: not connected, or too old to say.`,
  lastKnown: 'last known',
  lasting: 'for',
  /** How long ago the moment in the variable `at` is. */
  timeSince: 'time_since(at)',
  /** Where a clock is ahead. */
  sinceNow: 'at least since now',
  /** `count`: an expression. */
  drivesMayFail: (count: string) => `{{ ${count} }} of its drives may fail`,
};

export type DashboardTexts = typeof englishDashboardTexts;
