import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { Monitor } from './monitor.ts';

/** An emulated drive. */
export interface EmulatedDrive {
  serial: string;
  /** A drive with as many ports as there are drives of this name: each is a controller, and one namespace is behind
   * all. */
  subsystem?: string;
  /** `false`: a controller without a namespace. */
  namespace?: false;
}

/** Where the image is kept; those of other systems are beside it. */
export const image = process.env.MACHINE_IMAGE ?? join(tmpdir(), 'infra-monitor-machine');
const workingCopy = join(import.meta.dirname, '../../..');
const slots = ['slot0', 'slot1', 'slot2', 'slot3', 'slot4'];

const words = (properties: Record<string, string | number>) =>
  Object.entries(properties)
    .map(([key, value]) => (key === 'driver' ? String(value) : `${key}=${value}`))
    .join(',');

const controllerOf = ({ serial, subsystem, namespace }: EmulatedDrive, slot: string) => ({
  driver: 'nvme',
  id: `in-${slot}`,
  bus: slot,
  serial,
  ...(subsystem === undefined ? {} : { subsys: subsystem }),
  ...(namespace === false || subsystem !== undefined ? {} : { drive: `data-${slot}` }),
});

function drivesOf(drives: readonly EmulatedDrive[]): string[] {
  const subsystems = [...new Set(drives.flatMap(({ subsystem }) => subsystem ?? []))];
  return [
    ...slots.flatMap((slot, index) => [
      '-device',
      `pcie-root-port,id=${slot},chassis=${index + 1}`,
      '-blockdev',
      `driver=null-co,node-name=data-${slot},size=1073741824,read-zeroes=on`,
    ]),
    ...subsystems.flatMap((name) => ['-device', `nvme-subsys,id=${name},nqn=${name}`]),
    ...drives.flatMap((drive, index) => ['-device', words(controllerOf(drive, `slot${index}`))]),
    ...subsystems.flatMap((name) => {
      const slot = `slot${drives.findIndex(({ subsystem }) => subsystem === name)}`;
      return ['-device', `nvme-ns,bus=in-${slot},drive=data-${slot},shared=on`];
    }),
  ];
}

/** A Debian with a kernel of its own and emulated drives. The agent's working copy is at /opt/infra-monitor, and
 * 10.0.2.2 is this machine. */
export class Machine {
  readonly #process: ChildProcess;
  readonly #monitor: Monitor;
  readonly #folder: string;
  readonly #port: number;
  readonly #image: string;
  readonly #hasWorkingCopy: boolean;

  private constructor(
    process: ChildProcess,
    monitor: Monitor,
    folder: string,
    port: number,
    itsImage: string,
    hasWorkingCopy: boolean,
  ) {
    this.#process = process;
    this.#monitor = monitor;
    this.#folder = folder;
    this.#port = port;
    this.#image = itsImage;
    this.#hasWorkingCopy = hasWorkingCopy;
  }

  /** Boots it with these drives in its slots, the first in `slot0`; what it writes is gone when the test ends. `suite`:
   * a Debian of this name, without the working copy and all that the agent needs. */
  static boot(drives: readonly EmulatedDrive[], suite?: 'bookworm' | 'trixie'): Promise<Machine> {
    return Machine.#start(suite, () => drivesOf(drives));
  }

  /** Boots one with Debian's tools for pools and with these devices, as words for QEMU. `devices` gets a folder for
   * their data. */
  static bootWithPools(devices: (folder: string) => string[]): Promise<Machine> {
    return Machine.#start('pools', devices);
  }

  static async #start(
    suite: 'bookworm' | 'trixie' | 'pools' | undefined,
    devices: (folder: string) => string[],
  ): Promise<Machine> {
    const hasWorkingCopy = suite === undefined || suite === 'pools';
    const itsImage = suite === undefined ? image : `${image}-${suite}`;
    await execa(join(import.meta.dirname, 'image.sh'), [itsImage, ...(suite === undefined ? [] : [suite])], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const folder = mkdtempSync(join(tmpdir(), 'machine-'));
    const port = await freePort();
    const qmp = join(folder, 'qmp');
    const child = spawn(
      'qemu-system-x86_64',
      [
        ...['-machine', 'q35', '-accel', 'tcg,thread=multi', '-cpu', 'max', '-smp', '2', '-m', '1024'],
        ...[
          '-nodefaults',
          '-display',
          'none',
          '-serial',
          `file:${join(folder, 'console')}`,
          '-qmp',
          `unix:${qmp},server=on,wait=off`,
        ],
        ...[
          '-kernel',
          join(itsImage, 'vmlinuz'),
          '-initrd',
          join(itsImage, 'initrd'),
          '-append',
          // A kernel that patches itself while it boots can panic in QEMU's emulation: it boots again.
          'root=/dev/vda rw console=ttyS0 quiet panic=1',
        ],
        ...['-drive', `file=${join(itsImage, 'root.ext4')},format=raw,if=virtio,snapshot=on`],
        ...(hasWorkingCopy
          ? ['-virtfs', `local,path=${workingCopy},mount_tag=agent,security_model=none,readonly=on`]
          : []),
        ...['-nic', `user,model=virtio-net-pci,hostfwd=tcp:127.0.0.1:${port}-:22`],
        ...devices(folder),
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    );
    onTestFinished(async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'close');
      }
      rmSync(folder, { recursive: true, force: true });
    });
    const machine = new Machine(child, await Monitor.connect(qmp), folder, port, itsImage, hasWorkingCopy);
    await machine.#untilUp();
    return machine;
  }

  /** Runs a command as root; what it printed. Rejects with its words if it fails. */
  async sh(
    command: string,
    { inputFile, seconds = 120 }: { inputFile?: string; seconds?: number } = {},
  ): Promise<string> {
    const { stdout } = await execa('ssh', [...this.#sshWords(), 'root@127.0.0.1', command], {
      timeout: seconds * 1000,
      ...(inputFile === undefined ? {} : { inputFile }),
    });
    return stdout;
  }

  /** Runs a command as root on a terminal. */
  terminal(command: string): { child: ChildProcess; output(): string } {
    const child = spawn('ssh', ['-tt', ...this.#sshWords(), 'root@127.0.0.1', command], { stdio: 'pipe' });
    let written = '';
    child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
    return { child, output: () => written };
  }

  #sshWords(): string[] {
    const options = [
      'StrictHostKeyChecking=no',
      'UserKnownHostsFile=/dev/null',
      'LogLevel=ERROR',
      'ConnectTimeout=5',
      'ServerAliveInterval=5',
      'ServerAliveCountMax=6',
      'ControlMaster=auto',
      'ControlPersist=60',
    ];
    return [
      ...['-i', join(this.#image, 'key'), '-p', String(this.#port), '-o', `ControlPath=${join(this.#folder, 'ssh')}`],
      ...options.flatMap((option) => ['-o', option]),
    ];
  }

  /** Writes a file. */
  async write(path: string, content: string): Promise<void> {
    await this.sh(`cat >${path} <<'END'\n${content}\nEND`);
  }

  /** Puts a drive into an empty slot. */
  async plug(slot: string, drive: EmulatedDrive): Promise<void> {
    await this.#monitor.execute('device_add', controllerOf(drive, slot));
  }

  /** Takes a drive out, as a person would who asks the machine first. */
  async unplug(slot: string): Promise<void> {
    let isGone = false;
    void this.#monitor.event('DEVICE_DELETED').then(() => {
      isGone = true;
    });
    await this.#monitor.execute('device_del', { id: `in-${slot}` });
    await until(`${slot} is empty`, () => isGone, 60);
  }

  async reboot(): Promise<void> {
    await this.sh('systemctl reboot --no-block').catch(() => undefined);
    await execa('ssh', ['-O', 'exit', '-o', `ControlPath=${join(this.#folder, 'ssh')}`, 'root@127.0.0.1'], {
      reject: false,
    });
    await until(
      'the machine goes down',
      () =>
        this.sh('true').then(
          () => false,
          () => true,
        ),
      60,
    );
    await this.#untilUp();
  }

  async #untilUp(): Promise<void> {
    await until(
      'the machine answers',
      async () => {
        if (this.#process.exitCode !== null) throw new Error('QEMU ended');
        const isWhole = this.#hasWorkingCopy ? '; mountpoint -q /opt/infra-monitor' : '';
        return this.sh(`systemctl is-system-running --wait${isWhole}`).then(
          () => true,
          () => false,
        );
      },
      400,
    );
  }
}
