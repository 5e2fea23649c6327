import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import { metricNames, type WatchedKind } from './watched-entities.ts';

/** A limit that the user sets. */
export interface AlertLimit {
  name: string;
  default: number;
  unit: string;
  min: number;
  max: number;
}

/** What an alert watches, and which states are good and which are bad. A state that is neither, such as unavailable and
 * unknown, neither begins nor ends an alarm. */
export interface AlertDefinition {
  id: string;
  name: string;
  description: string;
  /** Home Assistant's filter for the entities that can be chosen. */
  filter: readonly YamlMap[];
  /** The entities that are watched if none is chosen. */
  all: WatchedKind;
  /** Jinja expressions of `value` (the state), `number` (the same or none), `unit`, and the alert's own limits. */
  good: string;
  bad: string;
  limits?: Record<string, AlertLimit>;
  /** Minutes for which the state must be bad. */
  minutes: number;
  /** Titles of the alarm and of its end: Jinja templates of `device` and `name` (of the entity), and of the above. */
  title: string;
  recovered: string;
}

const mqtt = (domain: string, deviceClass?: string): YamlMap => ({
  integration: 'mqtt',
  domain,
  device_class: deviceClass,
});

const connected = { filter: [mqtt('binary_sensor', 'connectivity')], good: "value == 'on'", bad: "value == 'off'" };
const problem = { filter: [mqtt('binary_sensor', 'problem')], good: "value == 'off'", bad: "value == 'on'" };

const connectivity = { domain: 'binary_sensor', deviceClass: 'connectivity' };
const problemKind = { domain: 'binary_sensor', deviceClass: 'problem' };
/** Entities that drives have, and nothing else: in German, the temperature of a sensor of the machine has a capital
 * letter, too. */
const driveNames = [
  'Temperature',
  ...['percentage_used', 'life_left', 'data_written', 'power_on_hours'].map((metric) =>
    metricNames('storage', 'drive', metric),
  ),
].join('|');

/** The names of a metric of file systems in all languages. */
const fileSystemNames = (metric: string) =>
  metricNames('host', 'filesystem', metric).replace(/^./, (letter) => letter.toLowerCase());

/** Good again only beyond a margin, so that a value near its limit does not begin and end alarms. */
const atMost = (limit: string, margin = 0) => ({ good: `number < ${limit} - ${margin}`, bad: `number >= ${limit}` });
const atLeast = (limit: string, factor: number) => ({
  good: `number > ${limit} * ${factor}`,
  bad: `number <= ${limit}`,
});

const usedSpace = atMost('used_limit', 1);
const timeToFull = atLeast('time_limit', 1.1);
const freeSpace = atLeast('free_limit', 1.1);
/** An entity of a file system is in percent, a time, or an amount of data. */
const byUnit = (state: 'good' | 'bad') =>
  `((${usedSpace[state]}) if unit == '%' else (${timeToFull[state]}) if unit in ['d', 'h', 'min', 's'] else (${freeSpace[state]}))`;

const isNumberCondition = 'number is not none and';
const numeric = ({ good, bad }: { good: string; bad: string }) => ({
  good: `${isNumberCondition} ${good}`,
  bad: `${isNumberCondition} ${bad}`,
});

export const alertDefinitions: readonly AlertDefinition[] = [
  {
    id: 'agent_lost',
    name: 'Agent lost',
    description: 'An agent, or the machine that it runs on, is offline.',
    ...connected,
    all: { ...connectivity, name: metricNames('agent', 'agent', 'agent_connected'), id: '_agent_connected' },
    minutes: 3,
    title: '{{ device }} is lost',
    recovered: '{{ device }} is back',
  },
  {
    id: 'drive_problem',
    name: 'Drive problem',
    description: 'A drive reports that it is failing, or its history shows it.',
    ...problem,
    all: { ...problemKind, name: 'Problem', id: '_problem', sibling: driveNames },
    minutes: 1,
    title: '{{ device }} has a problem',
    recovered: '{{ device }} no longer has a problem',
  },
  {
    id: 'drive_hot',
    name: 'Drive hot',
    description: 'A drive is hotter than you want it to be.',
    filter: [mqtt('sensor', 'temperature')],
    ...numeric(atMost('limit', 3)),
    limits: { limit: { name: 'Hot from', default: 70, unit: '°C', min: 30, max: 110 } },
    all: {
      domain: 'sensor',
      deviceClass: 'temperature',
      name: metricNames('storage', 'drive', 'temperature'),
      id: '(?<!cpu)_temperature',
      sibling: driveNames,
    },
    minutes: 10,
    title: '{{ device }} is hot: {{ value }} {{ unit }}',
    recovered: '{{ device }} has cooled down: {{ value }} {{ unit }}',
  },
  {
    id: 'wear_reached',
    name: 'Wear reached',
    description: 'A drive has used up as much of its life as you allow.',
    filter: [mqtt('sensor')],
    ...numeric(atMost('limit')),
    limits: { limit: { name: 'Worn from', default: 80, unit: '%', min: 1, max: 250 } },
    all: { domain: 'sensor', name: metricNames('storage', 'drive', 'percentage_used'), id: '_percentage_used' },
    minutes: 1,
    title: '{{ device }} is worn: {{ value }} % of its life is used',
    recovered: '{{ device }} is below the limit again: {{ value }} %',
  },
  {
    id: 'disk_filling',
    name: 'Disk filling',
    description:
      'A file system is running out of space: each of “Free”, “Used” and “Time to full” is compared with the limit in its unit.',
    filter: [mqtt('sensor')],
    ...numeric({ good: byUnit('good'), bad: byUnit('bad') }),
    limits: {
      free_limit: { name: 'Free at least', default: 10, unit: 'GiB', min: 0, max: 100_000 },
      used_limit: { name: 'Used at most', default: 90, unit: '%', min: 1, max: 100 },
      time_limit: { name: 'Time to full at least', default: 14, unit: 'd', min: 0, max: 3650 },
    },
    all: {
      domain: 'sensor',
      name: `(File system|Dateisystem) .* (${['free', 'used', 'time_to_full'].map(fileSystemNames).join('|')})`,
      id: '_filesystem_.*(?<!_inodes)_(free|used|time_to_full)',
    },
    minutes: 10,
    title: '{{ name }}: {{ value }} {{ unit }}',
    recovered: '{{ name }}: enough space again, {{ value }} {{ unit }}',
  },
  {
    id: 'router_unreachable',
    name: 'Router unreachable',
    description: 'A router does not answer.',
    ...connected,
    all: {
      ...connectivity,
      name: 'Reachable( from .+)?|Erreichbar( von .+ aus)?',
      id: '_reachable',
      otherModel: '(Ping|TCP|HTTP)( target|-Ziel)|Home Assistant',
    },
    minutes: 2,
    title: '{{ device }} does not answer',
    recovered: '{{ device }} answers again',
  },
  {
    id: 'wan_outage',
    name: 'WAN outage',
    description: 'A router has no internet connection.',
    ...connected,
    all: { ...connectivity, name: 'Internet', id: '_wan' },
    minutes: 2,
    title: '{{ device }} has no internet',
    recovered: '{{ device }} has internet again',
  },
  {
    id: 'slow_line',
    name: 'Slow line',
    description: 'A line is slower than it should be.',
    filter: [mqtt('sensor', 'data_rate')],
    ...numeric(atLeast('limit', 1.05)),
    limits: { limit: { name: 'Slow at or below', default: 50, unit: 'Mbit/s', min: 0, max: 100_000 } },
    all: {
      domain: 'sensor',
      deviceClass: 'data_rate',
      name: metricNames('router', 'router', 'downstream'),
      id: '_downstream',
    },
    minutes: 30,
    title: '{{ name }}: only {{ value }} {{ unit }}',
    recovered: '{{ name }}: {{ value }} {{ unit }} again',
  },
  {
    id: 'firmware_update',
    name: 'Firmware update',
    description: 'Newer firmware or software is available.',
    filter: [mqtt('update')],
    good: "value == 'off'",
    bad: "value == 'on'",
    all: { domain: 'update', name: '.*', id: '' },
    minutes: 10,
    title: "{{ name }}: {{ state_attr(subject, 'latest_version') }} is available",
    recovered: "{{ name }}: {{ state_attr(subject, 'installed_version') }} is installed",
  },
  {
    id: 'any_problem',
    name: 'Any problem',
    description:
      'Anything that reports a problem. Choose the entities if another of these automations watches some of them.',
    ...problem,
    all: { ...problemKind, name: '.*', id: '' },
    minutes: 5,
    title: '{{ name }}',
    recovered: '{{ name }}: over',
  },
];
