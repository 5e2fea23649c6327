import { slowFileTexts } from '../../lib/slow-sysfs-file-reader.ts';
import { TranslatableError } from '../../model/translatable-error.ts';

/** What is said of a machine and its file systems. */
export const hostTexts = {
  ...slowFileTexts,
  noNames: 'none',
  namesInAll: (count: number) => `${count} in all`,
  moreNames: (names: string, count: number) => `${names} and ${count} more`,
  noSpaceLeft: 'no space left',
  nearlyFull: (percent: number) => `nearly full: ${percent} % used`,
  below: (percent: number) => `below ${percent} %`,
  belowOrWithPlenty: (percent: number) => `below ${percent} %, or with 6 GiB free`,
  deleteFiles: 'delete files or enlarge the file system',
  fullWithinDay: 'full within a day at this rate',
  fullWithinThreeDays: 'full within three days at this rate',
  belowOrSlower: (percent: number) => `below ${percent} %, or when it fills more slowly`,
  findWriter: 'find out what writes so much',
  noInodesLeft: 'no inodes left',
  nearlyOutOfInodes: (percent: number) => `nearly out of inodes: ${percent} % used`,
  deleteSmallFiles: 'delete small files, such as old sessions, mails or caches',
  becameReadOnly: 'became read-only',
  clearsWhenWritable: 'when it is writable again',
  readKernelLog: 'look for errors of its disk in the kernel log (dmesg)',
  failedUnits: (count: number, shown: string, more: number) =>
    `failed systemd unit${count === 1 ? '' : 's'}: ${shown}${more > 0 ? ` and ${more} more` : ''}`,
  clearsWhenNoUnitFailed: 'when no unit is failed',
  seeUnits: 'see why with systemctl status UNIT; forget it with systemctl reset-failed UNIT',
  memoryUsedUp: (percent: number) =>
    `memory is used up: less than ${percent} % available, and swapping or waiting for it`,
  clearsWithMemory: (percent: number) => `at ${percent} % available`,
  findProcess: 'find out which process needs so much',
  cpuCritical: (celsius: number | undefined) => `CPU at its critical temperature of ${celsius} °C`,
  belowCelsius: (celsius: number) => `below ${celsius} °C`,
  checkFan: 'check fan, dust and heat sink',
  throttled: 'the processor is slowed down',
  clearsAtFullSpeed: 'when it runs at full speed again',
  checkCoolingAndPower: 'check the cooling and the power supply',
  underVoltage: 'the supply voltage is too low',
  clearsWithVoltage: 'when the voltage is sufficient',
  strongerSupply: 'use a stronger power supply or a shorter cable',
  clockNotSynchronized: 'the clock is not synchronized',
  clearsWhenSynchronized: 'when it is',
  seeTimedatectl: 'see why with timedatectl',
  rebootRequired: 'a reboot is required',
  clearsAfterReboot: 'after a reboot',
  restartMachine: 'restart the machine when it suits you',
  /** `mount`: its path and type. */
  mountSilent: (mount: string) => `${mount}: does not answer`,
  mountLate: (mount: string, seconds: number) => `${mount}: no answer in ${seconds} s`,
  mountClosed: (mount: string) => `${mount}: does not let this user see anything: mount it with the option allow_other`,
  mountReplaced: (point: string) => `${point}: another file system is at its path`,
  mountUnreachable: (point: string) => `${point}: not reachable by its path`,
  mountCovered: (point: string, other: string) => `${point}: covered by another mount, ${other}`,
  mountOutsideContainer: (point: string) =>
    `${point}: the container has a different file system there: mount the host’s / with rslave and without a tmpfs over it`,
  notInFile: (name: string, file: string) => `${name}: not in ${file}`,
  /** `paths`: files of drivers. */
  noAnswerFrom: (paths: readonly string[]) => `${paths.join(' and ')}: no answer`,
  /** `command`: makes the user known. */
  unknownToBus: (socket: string, user: number | undefined, command: string) =>
    `${socket}: the bus does not know user ${user}: ${command}`,
  onHost: (command: string) => `on the host: ${command}`,
  missingDisk: (name: string, found: string) => `HOST_DISKS: there is no disk ${name}; found: ${found || 'none'}`,
  missingFilesystem: (name: string, found: string) =>
    `HOST_FILESYSTEMS: there is no mounted file system ${name}; found: ${found || 'none'}`,
  missingInterface: (name: string, found: string) =>
    `HOST_INTERFACES: there is no interface ${name}; found: ${found || 'none'}`,
};

export type HostTexts = typeof hostTexts;

/** The error that a disk or interface is not listed. */
export const missingInFileError = (name: string, file: string): TranslatableError =>
  new TranslatableError((texts = hostTexts) => texts.notInFile(name, file));
