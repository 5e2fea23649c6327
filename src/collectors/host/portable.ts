import { globs } from '../../lib/globs.ts';
import { now, Rates } from '../../lib/rates.ts';
import type { Found } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import type { Inventory } from './inventory.ts';
import type { FilesystemReading, HostReading, HostReadings, InterfaceReading } from './reading.ts';
import type { HostSettings } from './settings.ts';

/** macOS and Windows: what systeminformation tells. */
export class PortableReader {
  readonly #settings: HostSettings;
  readonly #rates = new Rates();

  constructor(settings: HostSettings) {
    this.#settings = settings;
  }

  async host(): Promise<HostReading> {
    const { default: si } = await import('systeminformation');
    const [cpu, memory, temperature, processes] = await Promise.all([si.currentLoad(), si.mem(), si.cpuTemperature(), si.processes()]);
    return {
      cpu: { used: cpu.currentLoad, user: cpu.currentLoadUser, system: cpu.currentLoadSystem, iowait: 0, steal: cpu.currentLoadSteal },
      load: undefined,
      memory: { total: memory.total, available: memory.available, swapTotal: memory.swaptotal, swapFree: memory.swapfree },
      cpuTemperature: temperature.main ?? undefined,
      bootTime: new Date(Date.now() - si.time().uptime * 1000),
      processes: processes.all || undefined,
    };
  }

  async filesystems(): Promise<Map<string, FilesystemReading>> {
    const { default: si } = await import('systeminformation');
    const found = await si.fsSize();
    return new Map(found.map(({ mount, size, used, available, rw }) => [mount, { total: size, free: size - used, available, inodes: 0, inodesFree: 0, readOnly: rw === false }]));
  }

  async interfaces(): Promise<Map<string, InterfaceReading>> {
    const { default: si } = await import('systeminformation');
    const about = [await si.networkInterfaces()].flat();
    const stats = await si.networkStats('*');
    this.#rates.begin(now());
    return new Map(
      stats.map((of) => {
        const own = about.find(({ iface }) => iface === of.iface);
        const reading: InterfaceReading = {
          received: of.rx_bytes,
          sent: of.tx_bytes,
          receivedPerSecond: this.#rates.perSecond(`${of.iface} received`, of.rx_bytes),
          sentPerSecond: this.#rates.perSecond(`${of.iface} sent`, of.tx_bytes),
          receiveErrors: of.rx_errors,
          sendErrors: of.tx_errors,
          receiveDrops: of.rx_dropped,
          sendDrops: of.tx_dropped,
          link: of.operstate === 'up',
          speed: own?.speed || undefined,
          ipv4: own?.ip4 || undefined,
          ipv6: own?.ip6 || undefined,
        };
        return [of.iface, reading];
      }),
    );
  }

  async read(device: Device, { processor, virtualization }: Inventory): Promise<Found<HostReadings>[]> {
    const { HOST_FILESYSTEMS = [], HOST_FILESYSTEMS_EXCLUDE = [], HOST_INTERFACES = [], HOST_INTERFACES_EXCLUDE = [] } = this.#settings;
    const wanted = {
      filesystem: globs({ include: HOST_FILESYSTEMS, exclude: HOST_FILESYSTEMS_EXCLUDE }),
      interface: globs({ include: HOST_INTERFACES, exclude: HOST_INTERFACES_EXCLUDE }),
    };
    const [host, filesystems, interfaces] = await Promise.all([this.host(), this.filesystems(), this.interfaces()]);
    const parts: Found<HostReadings>[] = [];
    for (const [point, reading] of filesystems) {
      const part = { id: point === '/' ? 'root' : point, name: `File system ${point}` };
      parts.push(wanted.filesystem(point) === 'excluded' ? { of: 'filesystem', device, part, excluded: true } : { of: 'filesystem', device, part, reading });
    }
    for (const [name, reading] of interfaces) {
      const part = { id: name, name };
      parts.push(wanted.interface(name) === 'excluded' ? { of: 'interface', device, part, excluded: true } : { of: 'interface', device, part, reading });
    }
    return [{ of: 'host', device, reading: { ...host, processor, virtualization } }, ...parts];
  }
}
