import { DriverFiles } from '../../../lib/driver-files.ts';
import { readText } from '../../../lib/files.ts';
import { globs } from '../../../lib/globs.ts';
import { now, Rates } from '../../../lib/rates.ts';
import type { Roots } from '../../../lib/roots.ts';
import type { Found } from '../../../model/collector.ts';
import type { Device } from '../../../model/device.ts';
import type { Inventory } from '../inventory.ts';
import type { HostReading, HostReadings } from '../reading.ts';
import type { HostSettings } from '../settings.ts';
import { disks, readDisk } from './disks.ts';
import { Filesystems } from './filesystems.ts';
import { interfaces, readInterface, readLink } from './interfaces.ts';
import { memory, pressure } from './memory.ts';
import { hides, type Mount, mounts } from './mounts.ts';
import { frequency, load, ProcessorTime } from './processor.ts';
import { type Sensor, sensors } from './sensors.ts';
import { bootTime, failedUnits, processes, rebootRequired, throttling } from './system.ts';

type HostFound = Found<HostReadings>;

/** A reading, or the error that stood in its way: one part's failure is its own. */
function attempt<T>(read: () => T): { reading: T } | { error: unknown } {
  try {
    return { reading: read() };
  } catch (error) {
    return { error };
  }
}

const pointOf = ({ point }: Mount) => ({ id: point === '/' ? 'root' : point, name: `File system ${point}` });
const nameOf = (name: string) => ({ id: name, name });
const diskOf = (name: string) => ({ id: name, name: `Disk ${name}` });
const sensorOf = ({ id }: Sensor) => ({ id, name: id });
const answerOf = <T>({ error }: Sensor, reading: T) => (error === undefined ? { reading } : { error });

/** Linux: /proc, /sys and statfs. */
export class LinuxReader {
  readonly #roots: Roots;
  readonly #time = new ProcessorTime();
  readonly #rates = new Rates();
  readonly #drivers = new DriverFiles();
  readonly #filesystems: Filesystems;
  readonly #wanted;

  constructor(roots: Roots, settings: HostSettings) {
    this.#roots = roots;
    this.#filesystems = new Filesystems(roots);
    this.#wanted = {
      filesystem: globs({ include: settings.HOST_FILESYSTEMS ?? [], exclude: settings.HOST_FILESYSTEMS_EXCLUDE ?? [] }),
      interface: globs({ include: settings.HOST_INTERFACES ?? [], exclude: settings.HOST_INTERFACES_EXCLUDE ?? [] }),
      disk: globs({ include: settings.HOST_DISKS ?? [], exclude: settings.HOST_DISKS_EXCLUDE ?? [] }),
    };
  }

  async read(device: Device, { processor, virtualization }: Inventory): Promise<HostFound[]> {
    // Counters belong to their moment: before anything that is waited for.
    this.#rates.begin(now());
    const counted = [...this.#readInterfaces(device), ...this.#readDisks(device)];
    const stat = readText(this.#roots.proc('stat'));
    const cpu = this.#time.read(stat);
    const [asked, host, filesystems] = await Promise.all([this.#askDrivers(counted), this.#host(stat), this.#readFilesystems(device)]);
    return [
      { of: 'host', device, reading: { ...host, ...asked.host, cpu, processor, virtualization }, hint: asked.hint },
      ...filesystems,
      ...asked.counted,
      ...asked.temperatures.map((sensor): HostFound => ({ of: 'temperature', device, part: sensorOf(sensor), ...answerOf(sensor, { celsius: sensor.value }) })),
      ...asked.fans.map((sensor): HostFound => ({ of: 'fan', device, part: sensorOf(sensor), ...answerOf(sensor, { rpm: sensor.value }) })),
    ];
  }

  /** What drivers have to ask their devices for: the most important first, because the time for all of it is limited. */
  async #askDrivers(counted: HostFound[]) {
    const [roots, drivers] = [this.#roots, this.#drivers];
    drivers.begin();
    const { cpu, temperatures, fans } = await sensors(roots, drivers);
    const withLinks = await Promise.all(
      counted.map(async (found): Promise<HostFound> => {
        if (found.of !== 'interface' || found.reading === undefined) return found;
        return { ...found, reading: { ...found.reading, ...(await readLink(roots, drivers, found.part?.id ?? '')) } };
      }),
    );
    const host = { cpuTemperature: cpu, ...(await throttling(roots, drivers)), cpuFrequency: await frequency(roots, drivers) };
    const told = [...temperatures, ...fans].flatMap(({ error }) => error?.message ?? []);
    const untold = drivers.unanswered.filter((path) => !told.some((message) => message.startsWith(path)));
    return { host, temperatures, fans, counted: withLinks, hint: untold.length === 0 ? undefined : `${untold.join(' and ')}: no answer` };
  }

  async #host(stat: string | undefined): Promise<HostReading> {
    const roots = this.#roots;
    return {
      load: load(roots),
      memory: memory(roots),
      pressure: pressure(roots),
      bootTime: bootTime(stat),
      processes: processes(roots),
      rebootRequired: rebootRequired(roots),
      failedUnits: await failedUnits(roots),
    };
  }

  async #readFilesystems(device: Device): Promise<HostFound[]> {
    const { watched, excluded } = mounts(this.#roots, this.#wanted.filesystem);
    const isHidden = hides(this.#roots);
    const read = async (mount: Mount): Promise<HostFound> => {
      const part = pointOf(mount);
      try {
        if (isHidden(mount.point)) throw new Error(`${mount.point}: this container has another file system there: mount / with rslave, and no tmpfs over it`);
        return { of: 'filesystem', device, part, reading: await this.#filesystems.read(mount) };
      } catch (error) {
        return { of: 'filesystem', device, part, error };
      }
    };
    return [...(await Promise.all(watched.map(read))), ...excluded.map((mount): HostFound => ({ of: 'filesystem', device, part: pointOf(mount), excluded: true }))];
  }

  #readInterfaces(device: Device): HostFound[] {
    const netDev = readText(this.#roots.proc('net/dev')) ?? '';
    const { watched, excluded } = interfaces(this.#roots, this.#wanted.interface);
    return [
      ...watched.map((name): HostFound => ({ of: 'interface', device, part: nameOf(name), ...attempt(() => readInterface(this.#roots, netDev, name, this.#rates)) })),
      ...excluded.map((name): HostFound => ({ of: 'interface', device, part: nameOf(name), excluded: true })),
    ];
  }

  #readDisks(device: Device): HostFound[] {
    const diskstats = readText(this.#roots.proc('diskstats')) ?? '';
    const { watched, excluded } = disks(this.#roots, this.#wanted.disk);
    return [
      ...watched.map((name): HostFound => ({ of: 'disk', device, part: diskOf(name), ...attempt(() => readDisk(this.#roots, diskstats, name, this.#rates)) })),
      ...excluded.map((name): HostFound => ({ of: 'disk', device, part: diskOf(name), excluded: true })),
    ];
  }
}
