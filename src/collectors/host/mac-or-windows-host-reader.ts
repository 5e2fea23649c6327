import { readClocks } from '../../lib/clocks.ts';
import { CounterRateCalculator } from '../../lib/counter-rate-calculator.ts';
import { createIncludeExcludeMatcher } from '../../lib/include-exclude-matcher.ts';
import type { Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import { toBaseUnit } from '../../model/unit.ts';
import type { MachineInventory } from './inventory.ts';
import type { FilesystemReading, HostReading, HostReadingByTable, InterfaceReading } from './reading.ts';
import type { HostSettings } from './settings.ts';

/** Other states are unknown. */
const links: Partial<Record<string, boolean>> = { up: true, down: false };

/** Reads a host with macOS or Windows, through systeminformation. */
export class MacOrWindowsHostReader {
  readonly #settings: HostSettings;
  readonly #rates = new CounterRateCalculator();

  constructor(settings: HostSettings) {
    this.#settings = settings;
  }

  async host(): Promise<HostReading> {
    const { default: si } = await import('systeminformation');
    const [cpu, memory, temperature, processes] = await Promise.all([
      si.currentLoad(),
      si.mem(),
      si.cpuTemperature(),
      si.processes(),
    ]);
    const { uptime } = si.time();
    return {
      cpu: {
        used: toBaseUnit(cpu.currentLoad, '%'),
        user: toBaseUnit(cpu.currentLoadUser, '%'),
        system: toBaseUnit(cpu.currentLoadSystem, '%'),
      },
      load: undefined,
      memory:
        memory.total > 0
          ? {
              total: memory.total,
              available: memory.available,
              swapTotal: memory.swaptotal,
              swapFree: memory.swapfree,
            }
          : undefined,
      // Without a sensor the library says null, 0 or -1.
      cpuTemperature: temperature.main > 0 ? temperature.main : undefined,
      bootTime: uptime > 0 ? new Date(Date.now() - uptime * 1000) : undefined,
      processes: processes.all || undefined,
    };
  }

  async filesystems(): Promise<Map<string, FilesystemReading>> {
    const { default: si } = await import('systeminformation');
    // A drive without a medium has no size.
    const sizes = (await si.fsSize()).filter(({ size }) => size > 0);
    return new Map(
      sizes.map(({ mount, size, used, available, rw }) => [
        mount,
        {
          total: size,
          available,
          usedRatio: used + available > 0 ? used / (used + available) : undefined,
          readOnly: rw === false,
        },
      ]),
    );
  }

  async interfaces(): Promise<Map<string, InterfaceReading>> {
    const { default: si } = await import('systeminformation');
    const interfaceInfo = [await si.networkInterfaces()].flat();
    const allStats = await si.networkStats('*');
    this.#rates.begin(readClocks());
    return new Map(
      allStats.map((stats) => {
        const info = interfaceInfo.find(({ iface }) => iface === stats.iface);
        const reading: InterfaceReading = {
          received: stats.rx_bytes,
          sent: stats.tx_bytes,
          receivedPerSecond: this.#rates.perSecond(`${stats.iface} received`, stats.rx_bytes),
          sentPerSecond: this.#rates.perSecond(`${stats.iface} sent`, stats.tx_bytes),
          receiveErrors: stats.rx_errors,
          sendErrors: stats.tx_errors,
          receiveDrops: stats.rx_dropped,
          sendDrops: stats.tx_dropped,
          link: links[stats.operstate],
          speedBytesPerSecond: toBaseUnit(info?.speed || undefined, 'Mbit/s'),
          ipv4: info?.ip4 || undefined,
          ipv6: info?.ip6 || undefined,
        };
        return [stats.iface, reading];
      }),
    );
  }

  /** Reads what rates are computed from, for the reading that follows. */
  async finishSlowReads(): Promise<void> {}

  async readCounters(_: Device): Promise<void> {
    await this.interfaces();
  }

  async read(
    device: Device,
    { processor, virtualization }: MachineInventory,
  ): Promise<Observation<HostReadingByTable>[]> {
    const {
      HOST_FILESYSTEMS = [],
      HOST_FILESYSTEMS_EXCLUDE = [],
      HOST_INTERFACES = [],
      HOST_INTERFACES_EXCLUDE = [],
    } = this.#settings;
    const matchers = {
      filesystem: createIncludeExcludeMatcher({ include: HOST_FILESYSTEMS, exclude: HOST_FILESYSTEMS_EXCLUDE }),
      interface: createIncludeExcludeMatcher({ include: HOST_INTERFACES, exclude: HOST_INTERFACES_EXCLUDE }),
    };
    const [host, filesystems, interfaces] = await Promise.all([this.host(), this.filesystems(), this.interfaces()]);
    const parts: Observation<HostReadingByTable>[] = [];
    for (const [point, reading] of filesystems) {
      const part = { id: point === '/' ? 'root' : point, name: `File system ${point}` };
      parts.push(
        matchers.filesystem(point) === 'excluded'
          ? { table: 'filesystem', device, part, excluded: true }
          : { table: 'filesystem', device, part, reading },
      );
    }
    for (const [name, reading] of interfaces) {
      const part = { id: name, name };
      parts.push(
        matchers.interface(name) === 'excluded'
          ? { table: 'interface', device, part, excluded: true }
          : { table: 'interface', device, part, reading },
      );
    }
    return [{ table: 'host', device, reading: { ...host, processor, virtualization } }, ...parts];
  }
}
