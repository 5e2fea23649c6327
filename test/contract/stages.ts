import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FritzBox } from '../helpers/fritzbox/index.ts';
import { startInstance } from '../helpers/instance.ts';

const cases = join(import.meta.dirname, '../cases');
const everySecond = '* * * * * *';

/** A lab to record: the settings of its agent, and words that differ from run to run with what stands for them. */
export interface Stage {
  settings: Record<string, string>;
  placeholders: Record<string, string>;
  /** Topics that it has published when it has read everything. */
  lastTopics: string[];
}

const roots = (folder: string): Record<string, string> => ({
  HOST_PROC: join(folder, 'proc'),
  HOST_SYS: join(folder, 'sys'),
  HOST_ROOT: join(folder, 'root'),
});

const machineFolder = (name: string) => join(cases, 'host', name, 'input');

/** A recorded machine with an NVMe drive, which the stand-in nvme-cli of test/bin/drives answers for. */
function machineWithDrive(): Record<string, string> {
  const folder = mkdtempSync(join(tmpdir(), 'machine-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(machineFolder('intel-desktop'), folder, { recursive: true, verbatimSymlinks: true });
  const files = {
    'sys/class/nvme/nvme0/serial': 'S4EWNX0N123456',
    'sys/class/nvme/nvme0/model': 'Samsung SSD 980',
    'sys/class/nvme/nvme0/firmware_rev': '1.0',
    'sys/class/nvme/nvme0/state': 'live',
    'sys/class/nvme/nvme0/subsysnqn': 'nqn:0',
    'sys/class/nvme/nvme0/address': '0000:01:00.0',
    'sys/class/nvme/nvme0/device/vendor': '0x144d',
    'sys/class/nvme/nvme0/nvme0n1/nsid': '1',
    'sys/block/nvme0n1/size': '1953525168',
    'answers/nvme smart-log nvme0': readFileSync(join(cases, 'nvme/answers/smart-log-2.8-hot.json'), 'utf8'),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const { PATH = '' } = process.env;
  return {
    ...roots(folder),
    PATH: `${join(import.meta.dirname, '../bin/drives')}:${PATH}`,
    DRIVES: join(folder, 'answers'),
  };
}

async function everythingOn(): Promise<Stage> {
  // The agent asks for TR-064 at the port that boxes have it on; nothing else listens at an address of this process's
  // own.
  const address = `127.64.${process.pid % 250}.${1 + (Math.floor(process.pid / 250) % 250)}`;
  const box = await new FritzBox('dsl').start(49000, address);
  onTestFinished(() => box.stop());
  const homeAssistant = await startInstance();
  return {
    settings: {
      ...machineWithDrive(),
      HOST_SCHEDULE: everySecond,
      SITE: 'Berlin',
      NVME_SCHEDULE: everySecond,
      STORAGE_SCHEDULE: everySecond,
      ROUTER_SCHEDULE: everySecond,
      FRITZBOX_HOSTS: `home=${address}`,
      FRITZBOX_USERNAME: 'monitor',
      FRITZBOX_PASSWORD: 'gürkensalat$1',
      FRITZBOX_CLIENTS: 'Phone=AA:BB:CC:00:11:22',
      PING_TARGETS: `office=tcp://127.0.0.1:${homeAssistant.port}`,
      HOME_ASSISTANT_SCHEDULE: everySecond,
      HA_BASE_URL: `home=${homeAssistant.url.href}`,
      HA_TOKEN: 'right',
      SITES: 'true',
      SITES_SCHEDULE: everySecond,
      AGENT_SCHEDULE: everySecond,
    },
    placeholders: { [address]: '<box>', [String(homeAssistant.port)]: '<home-assistant-port>' },
    lastTopics: ['testling/status', 'sites/status', 'sites/sites/berlin/memory', 'testling/router/home/memory'],
  };
}

const machineAlone = (name: string) => async (): Promise<Stage> => ({
  settings: {
    ...roots(machineFolder(name)),
    HOST_SCHEDULE: everySecond,
    NVME_SCHEDULE: 'off',
    STORAGE_SCHEDULE: 'off',
    AGENT_SCHEDULE: 'off',
  },
  placeholders: {},
  lastTopics: ['testling/status'],
});

/** Every machine of test/cases/host by itself, and a lab with every collector on. */
export const stages: ReadonlyMap<string, () => Promise<Stage>> = new Map([
  ...readdirSync(join(cases, 'host')).map((name) => [name, machineAlone(name)] as const),
  ['everything-on', everythingOn],
]);
