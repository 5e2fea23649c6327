import { setTimeout as pause } from 'node:timers/promises';
import { readClocks } from '../../lib/clocks.ts';
import type { CollectorDefinition } from '../../model/collector.ts';
import { definedMembers } from '../../model/defined-members.ts';
import type { Device } from '../../model/device.ts';
import { describeUnmatchedPerNameVariables } from '../../model/shared-or-per-name-values.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { type MachineInventory, readMachineInventory } from './inventory.ts';
import { LinuxHostReader } from './linux/index.ts';
import { knownDisksMemoryFormat } from './linux/known-disks.ts';
import { MacOrWindowsHostReader } from './mac-or-windows-host-reader.ts';
import { MemoryShortageTimer } from './memory-shortage-timer.ts';
import { hostTables } from './metrics/index.ts';
import type { HostReadingByTable } from './reading.ts';
import { hostSettingsSchema } from './settings.ts';
import { TimeToFullEstimator } from './time-to-full.ts';
import { WritableFilesystems } from './writable-filesystems.ts';

/** What a machine is that does not say its model: “Virtual machine (KVM)”. */
const kindOf = ({ virtualization }: MachineInventory) =>
  virtualization === undefined ? undefined : `Virtual machine${virtualization === 'yes' ? '' : ` (${virtualization})`}`;

/** Who made a machine that does not say so: its hypervisor. */
const hypervisorOf = ({ virtualization }: MachineInventory) => (virtualization === 'yes' ? undefined : virtualization);

const deviceOf = (agent: AgentIdentity, { manufacturer, model, system, ...machine }: MachineInventory): Device => ({
  id: agent.id,
  name: agent.name,
  ...definedMembers({ manufacturer: manufacturer ?? hypervisorOf(machine), model: model ?? kindOf(machine) }),
  ...(system === undefined ? {} : { softwareVersion: system }),
});

/** How long a reading waits for the inventory. */
const inventoryTimeoutMs = 2000;
/** Between the first two readings of the counters: the first state has rates, too, and is out within two seconds. */
const firstCountersMs = 500;
/** Pause after an inventory that is incomplete. */
const inventoryRetryMs = 600_000;

/** Collects the metrics of the machine that the agent runs on. */
export const hostCollector: CollectorDefinition<HostReadingByTable, typeof hostSettingsSchema.shape> = {
  id: 'host',
  title: 'Host',
  summary: {
    subject: 'The machine',
    page: 'host.md',
    always:
      'processor, memory, pressure, temperatures, file systems and the time until they are full, network interfaces, disks, failed systemd units',
    withSetting: '`HOST_…`: which file systems, interfaces and disks, and when a file system counts as full',
  },
  env: hostSettingsSchema,
  schedule: '*/30 * * * * *',
  tables: hostTables,
  memory: knownDisksMemoryFormat,
  async open(env, { agent, memory, hostRoots, settingTexts }) {
    const roots = process.platform === 'linux' ? hostRoots : undefined;
    const reader = roots === undefined ? new MacOrWindowsHostReader(env) : new LinuxHostReader(roots, env, memory);
    const timeToFull = new TimeToFullEstimator();
    const memoryShortage = new MemoryShortageTimer(env.HOST_MEMORY_LIMIT);
    const writable = new WritableFilesystems();
    /** Ids of the file systems that were found. */
    const found = new Set<string>();
    let machine: MachineInventory = {};
    let device = deviceOf(agent, machine);
    let nextInventoryAt = 0;
    let pendingInventory: Promise<void> | undefined;
    let hasCounters = false;
    const readFirstCounters = async () => {
      await reader.readCounters(device);
      await pause(firstCountersMs, undefined, { ref: false });
      hasCounters = true;
    };
    return {
      async read() {
        if (performance.now() >= nextInventoryAt && pendingInventory === undefined) {
          pendingInventory = readMachineInventory(roots).then((inventory) => {
            machine = inventory.machine;
            device = deviceOf(agent, machine);
            nextInventoryAt = inventory.isComplete ? Number.POSITIVE_INFINITY : performance.now() + inventoryRetryMs;
            pendingInventory = undefined;
          });
        }
        await Promise.all([
          // On a slow board the inventory is ready only for a later reading.
          pendingInventory && Promise.race([pendingInventory, pause(inventoryTimeoutMs, undefined, { ref: false })]),
          hasCounters || readFirstCounters(),
        ]);
        const observations = await reader.read(device, machine);
        const now = readClocks().monotonic / 1000;
        const mounted = new Set(
          observations.flatMap((one) => ('table' in one && one.table === 'filesystem' ? (one.part?.id ?? []) : [])),
        );
        for (const kept of [writable, timeToFull]) kept.keepOnly(mounted);
        return observations.map((observation) => {
          if (!('table' in observation)) return observation;
          const { table, part, reading } = observation;
          if (table === 'host' && reading !== undefined) {
            const memoryShortSeconds = memoryShortage.update(reading, now);
            return {
              ...observation,
              reading: { ...reading, memoryShortSeconds, memoryLimitPercent: env.HOST_MEMORY_LIMIT },
            };
          }
          if (table === 'filesystem' && part !== undefined) found.add(part.id);
          if (table !== 'filesystem' || reading === undefined) return observation;
          const id = part?.id ?? '';
          const wasWritable = writable.update(id, reading.readOnly, now);
          const limitPercent = env.HOST_FILESYSTEM_LIMIT.get(id);
          const secondsToFull =
            reading.available === undefined ? undefined : timeToFull.secondsToFull(id, reading.available, Date.now());
          return { ...observation, reading: { ...reading, secondsToFull, wasWritable, limitPercent } };
        });
      },
      async finishSlowReads() {
        await Promise.all([pendingInventory, reader.finishSlowReads()]);
      },
      advice: () =>
        found.size === 0
          ? []
          : describeUnmatchedPerNameVariables(
              'HOST_FILESYSTEM_LIMIT',
              'filesystem',
              env.HOST_FILESYSTEM_LIMIT,
              [...found],
              settingTexts,
            ),
    };
  },
};
