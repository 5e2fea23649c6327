import type { FilesystemReading, HostReading } from '../../../src/collectors/host/reading.ts';
import { sitesTexts } from '../../../src/collectors/sites/texts.ts';
import { nvmeTexts } from '../../../src/collectors/storage/nvme/texts.ts';
import type { Device } from '../../../src/model/device.ts';
import type { Readings } from '../reporting-agent.ts';

export const GiB = 1024 ** 3;
const nas: Device = { id: 'nas', name: 'nas' };
export const host = (reading: HostReading = {}): Readings => [{ table: 'host', device: nas, reading }];
export const filesystem = (point: string, reading: Partial<FilesystemReading>): Readings[number] => ({
  table: 'filesystem',
  device: nas,
  part: { id: point, name: `File system ${point}` },
  reading: { total: 100 * GiB, available: 50 * GiB, usedRatio: 0.5, readOnly: false, ...reading },
});
export const full = filesystem('/tank', { available: 0, usedRatio: 1 });
const { reading: _, ...tank } = full as { reading: unknown } & Readings[number];
export const hanging = { ...tank, error: new Error('/tank (nfs4): does not answer') } as Readings[number];
const drive: Device = { id: 'S4EV', name: 'nas Samsung SSD 990 PRO', serialNumber: 'S4EV', via: 'nas' };
export const dying: Readings = [
  {
    table: 'drive',
    device: drive,
    reading: {
      problem: true,
      reason: (texts = nvmeTexts) => texts.spareLow(7, 10),
      limits: {},
      sensors: [],
    },
  },
];
const box: Device = { id: 'home', name: 'nas home', macAddress: '02:00:5E:00:53:01', via: 'nas' };
export const router = (reading: object, more: Partial<Device> = {}): Readings => [
  { table: 'router', device: { ...box, ...more }, reading: { reachable: true, problem: false, ...reading } },
];
/** `lost`: names of agents. */
export const site = (cause: string, lost?: string[]): Readings => [
  {
    table: 'site',
    device: { id: 'Berlin', name: 'Berlin' },
    reading: {
      cause,
      outage: lost && ((texts = sitesTexts) => texts.agentsLost(lost)),
      text: (texts = sitesTexts) => (lost === undefined ? texts.noProblem : texts.agentsLost(lost)),
      online: true,
      expected: 2,
      lost: 0,
      since: new Date(),
    },
  },
];
export const cloud: Readings[number] = {
  table: 'target',
  device: { id: 'cloud', name: 'nas cloud', via: 'nas', reachedThrough: 'home' },
  reading: { reachable: false, problem: true },
};
export const instance = (reachable: boolean, state: string, hint?: string, name = ''): Readings => [
  {
    table: 'instance',
    device:
      name === ''
        ? { id: 'home_assistant', name: 'Home Assistant' }
        : { id: name, name: `Home Assistant ${name}`, isBeyondGateway: true },
    reading: { visit: { reachable, state }, hint: hint && (() => hint) },
  },
];
export const shed: Readings[number] = {
  table: 'repeater',
  device: box,
  part: { id: '02:00:5E:00:53:04', name: 'shed' },
  reading: { isConnected: false },
};
