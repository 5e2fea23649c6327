import type { YamlMap } from '../../src/views/home-assistant/yaml.ts';
import type { AlertId } from './blueprint-texts.ts';
import { metricNames, type WatchedKind } from './watched-entities.ts';

/** A limit that the user sets. */
export interface AlertLimit {
  default: number;
  unit: string;
  min: number;
  max: number;
}

/** What an alert watches, and which states are good and which are bad. A state that is neither, such as unavailable and
 * unknown, neither begins nor ends an alarm. */
export interface AlertDefinition {
  id: AlertId;
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
    ...connected,
    all: { ...connectivity, name: metricNames('agent', 'agent', 'agent_connected'), id: '_agent_connected' },
    minutes: 3,
  },
  {
    id: 'drive_problem',
    ...problem,
    all: { ...problemKind, name: 'Problem', id: '_problem', sibling: driveNames },
    minutes: 1,
  },
  {
    id: 'drive_hot',
    filter: [mqtt('sensor', 'temperature')],
    ...numeric(atMost('limit', 3)),
    limits: { limit: { default: 70, unit: '°C', min: 30, max: 110 } },
    all: {
      domain: 'sensor',
      deviceClass: 'temperature',
      name: metricNames('storage', 'drive', 'temperature'),
      id: '(?<!cpu)_temperature',
      sibling: driveNames,
    },
    minutes: 10,
  },
  {
    id: 'wear_reached',
    filter: [mqtt('sensor')],
    ...numeric(atMost('limit')),
    limits: { limit: { default: 80, unit: '%', min: 1, max: 250 } },
    all: { domain: 'sensor', name: metricNames('storage', 'drive', 'percentage_used'), id: '_percentage_used' },
    minutes: 1,
  },
  {
    id: 'disk_filling',
    filter: [mqtt('sensor')],
    ...numeric({ good: byUnit('good'), bad: byUnit('bad') }),
    limits: {
      free_limit: { default: 10, unit: 'GiB', min: 0, max: 100_000 },
      used_limit: { default: 90, unit: '%', min: 1, max: 100 },
      time_limit: { default: 14, unit: 'd', min: 0, max: 3650 },
    },
    all: {
      domain: 'sensor',
      name: `(File system|Dateisystem) .* (${['free', 'used', 'time_to_full'].map(fileSystemNames).join('|')})`,
      id: '_filesystem_.*(?<!_inodes)_(free|used|time_to_full)',
    },
    minutes: 10,
  },
  {
    id: 'router_unreachable',
    ...connected,
    all: {
      ...connectivity,
      name: 'Reachable( from .+)?|Erreichbar( von .+ aus)?',
      id: '_reachable',
      otherModel: '(Ping|TCP|HTTP)( target|-Ziel)|Home Assistant',
    },
    minutes: 2,
  },
  {
    id: 'wan_outage',
    ...connected,
    all: { ...connectivity, name: 'Internet', id: '_wan' },
    minutes: 2,
  },
  {
    id: 'slow_line',
    filter: [mqtt('sensor', 'data_rate')],
    ...numeric(atLeast('limit', 1.05)),
    limits: { limit: { default: 50, unit: 'Mbit/s', min: 0, max: 100_000 } },
    all: {
      domain: 'sensor',
      deviceClass: 'data_rate',
      name: metricNames('router', 'router', 'downstream'),
      id: '_downstream',
    },
    minutes: 30,
  },
  {
    id: 'firmware_update',
    filter: [mqtt('update')],
    good: "value == 'off'",
    bad: "value == 'on'",
    all: { domain: 'update', name: '.*', id: '' },
    minutes: 10,
  },
  {
    id: 'any_problem',
    ...problem,
    all: { ...problemKind, name: '.*', id: '' },
    minutes: 5,
  },
];
