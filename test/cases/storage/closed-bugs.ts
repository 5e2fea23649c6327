import { ataAnswer, powerModeAnswer } from '../../helpers/disks.ts';
import type { MachineSnapshot } from '../../helpers/machine-snapshot.ts';

/** A bug of another monitor that called healthy storage broken, or broken storage healthy, with values of our own. */
export interface ClosedBug {
  source: string;
  what: string;
  /** Faults at the end, each `<key> <severity>`; of disks notices, too. */
  faults: readonly string[];
}

/** What one disk answers, an hour after the other. */
export interface DiskBug extends ClosedBug {
  answers: readonly string[];
  /** What it answers without the question whether it sleeps. */
  answerWithoutPowerQuestion?: string;
  isRotational?: boolean;
  /** Of its last reading. */
  reading?: object;
  error?: RegExp;
}

/** A machine, one reading after the other. */
export interface PoolBug extends ClosedBug {
  machines: readonly MachineSnapshot[];
  /** What commands print. */
  commands?: Readonly<Record<string, string>>;
  /** Of its last reading. */
  reading?: object;
}

const github = 'https://github.com/';
const asleep = powerModeAnswer('STANDBY');
const unanswered = powerModeAnswer('SLEEP');
const ssd = { rotation_rate: 0 };

export const diskBugs: readonly DiskBug[] = [
  {
    source: `${github}AnalogJ/scrutiny/issues/436`,
    what: 'a disk in standby has failed',
    answers: [ataAnswer(), asleep],
    faults: [],
    reading: { power: 'standby', report: { passed: true } },
  },
  {
    source: `${github}miskcoo/ugreen_leds_controller/issues/58`,
    what: 'a disk that slept stays failed after it has woken up',
    answers: [ataAnswer(), asleep, powerModeAnswer('STANDBY_Y'), ataAnswer({ exitStatus: 64 })],
    faults: [],
    reading: { power: 'active' },
  },
  {
    source: `${github}prometheus-community/smartctl_exporter/issues/91`,
    what: 'an SSD behind a bridge without the power question sleeps for ever',
    answers: [unanswered],
    answerWithoutPowerQuestion: ataAnswer({ raw: { 5: 3 }, more: ssd }),
    isRotational: false,
    faults: [],
    reading: { power: 'active', report: { passed: true } },
  },
  {
    source: `${github}smartmontools/smartmontools/issues/57`,
    what: 'a disk that does not answer whether it sleeps is asleep',
    answers: [unanswered, unanswered],
    faults: [],
    error: /did not say whether it is asleep/,
  },
  {
    source: `${github}Draggon/hassio-hdd-tools/issues/8`,
    what: 'the last temperature before a disk fell asleep is shown for days',
    answers: [ataAnswer({ raw: { 194: '44' } }), asleep, asleep],
    faults: [],
    reading: { power: 'standby', temperature: undefined },
  },
  {
    source: `${github}AnalogJ/scrutiny/issues/364`,
    what: 'errors of a cable that was replaced are a failure for ever',
    answers: [ataAnswer({ raw: { 199: 1804 } }), ataAnswer({ raw: { 199: 1804 } })],
    faults: [],
  },
  {
    source: `${github}AnalogJ/scrutiny/issues/369`,
    what: 'a few spin retries of years ago are a failure',
    answers: [ataAnswer({ raw: { 10: 7, 184: 2, 187: 11 } }), ataAnswer({ raw: { 10: 7, 184: 2, 187: 11 } })],
    faults: [],
  },
  ...(
    [
      [260, '4295032833'],
      [382, '8590065666'],
      [522, '65537'],
      [687, '1 1 1'],
      [836, '47244640267'],
    ] as const
  ).map(([number, raw]) => ({
    source: `${github}AnalogJ/scrutiny/issues/${number}`,
    what: `command timeouts that Seagate packs (${raw}) are a failure`,
    answers: [ataAnswer({ raw: { 188: '0' } }), ataAnswer({ raw: { 188: raw } })],
    faults: [],
  })),
  {
    source: `${github}Starosdev/scrutiny/pull/356`,
    what: 'an error log that is not empty (exit status 64) is a failure',
    answers: [ataAnswer({ exitStatus: 64 }), ataAnswer({ exitStatus: 192, more: { ata_smart_error_log: { summary: { count: 1693 } } } })],
    faults: [],
  },
  {
    source: `${github}prometheus-community/smartctl_exporter/issues/152`,
    what: 'a log that the drive does not have (exit status 4) is a failure',
    answers: [ataAnswer({ exitStatus: 4, messages: ['Read SMART Error Log failed: Input/output error'] })],
    faults: [],
  },
  {
    source: `${github}olafkfreund/nixos_config/issues/1259`,
    what: 'a disk passes with hundreds of sectors that can’t be read',
    answers: [ataAnswer({ raw: { 5: 2872, 197: 624, 198: 624 } })],
    faults: ['pending_sectors data_at_risk', 'uncorrectable_sectors data_at_risk'],
  },
  {
    source: `${github}vonrobak/fedora-homelab-containers/pull/263`,
    what: 'eight sectors reallocated long ago are a warning for ever',
    answers: [ataAnswer({ raw: { 5: 8 } }), ataAnswer({ raw: { 5: 8 } })],
    faults: [],
  },
  {
    source: `${github}DAB-LABS/smart-sniffer/issues/27`,
    what: 'reallocated blocks by a maker’s own name are not seen',
    answers: [
      ataAnswer({ raw: { 5: 0 }, names: { 5: 'Retired_Block_Count' }, more: ssd }),
      ataAnswer({ raw: { 5: 40 }, names: { 5: 'Retired_Block_Count' }, more: ssd }),
    ],
    isRotational: false,
    faults: ['reallocated_sectors data_at_risk'],
  },
  {
    source: `${github}v-zhuravlev/zbx-smartctl/issues/148`,
    what: 'a media wearout that counts up is an SSD without life',
    answers: [
      ataAnswer({
        raw: { 230: '1275613349018' },
        normalised: { 230: 3, 232: 100 },
        names: { 230: 'Media_Wearout_Indicator' },
        more: ssd,
      }),
    ],
    isRotational: false,
    faults: [],
  },
  {
    source: `${github}openstreetmap/operations/issues/273`,
    what: 'a pending sector that an SSD counts for an hour at most is a failing drive',
    answers: [ataAnswer({ more: ssd }), ataAnswer({ raw: { 197: 1 }, more: ssd }), ataAnswer({ more: ssd })],
    isRotational: false,
    faults: [],
  },
  {
    source: `${github}smartmontools/smartmontools/issues/161`,
    what: 'a Crucial SSD of which 3 % are used has 3 % left',
    answers: [
      ataAnswer({ raw: { 202: 3 }, normalised: { 202: 97 }, names: { 202: 'Percent_Lifetime_Remain' }, more: ssd }),
    ],
    isRotational: false,
    faults: [],
    reading: { report: { percentageUsed: 3 } },
  },
];

const drive = (name: string, minor: number, more = '', stat = '1 0 8 1 0 0 0 0'): MachineSnapshot => ({
  [`/sys/block/${name}`]: `-> ../devices/pci0/ata${minor}/block/${name}`,
  [`/sys/block/${name}/dev`]: `8:${minor}`,
  [`/sys/block/${name}/size`]: '8388608',
  [`/sys/block/${name}/stat`]: stat,
  [`/sys/block/${name}/device/vendor`]: 'ATA     ',
  [`/sys/block/${name}/device/model`]: 'EXAMPLE 4T',
  [`/run/udev/data/b8:${minor}`]: `E:ID_SCSI_SERIAL=EX-${minor}\nE:ID_PATH=pci-ata-${minor}\n${more}`,
});
const names = [...'abcdefghijklmnopqrstuvw'].map((letter) => `sd${letter}`);
const drives = (count: number, more?: string) =>
  Object.assign({}, ...names.slice(0, count).map((name, index) => drive(name, index * 16, more))) as MachineSnapshot;

/** An array `vault` of so many slots whose first members are there. */
function md(level: string, slots: number, members: number, files: Record<string, string> = {}): MachineSnapshot {
  const folder = '/sys/block/md9/md';
  const all = names.slice(0, members);
  return {
    ...drives(members),
    '/sys/block/md9': '-> ../devices/virtual/block/md9',
    '/sys/block/md9/dev': '9:9',
    '/sys/block/md9/size': '8388608',
    ...Object.fromEntries(all.map((name) => [`/sys/block/md9/slaves/${name}`, `-> ../../../../block/${name}`])),
    [`${folder}/array_state`]: 'clean',
    [`${folder}/level`]: level,
    [`${folder}/raid_disks`]: `${slots}`,
    [`${folder}/degraded`]: `${slots - members}`,
    [`${folder}/sync_action`]: 'idle',
    [`${folder}/metadata_version`]: '1.2',
    [`${folder}/uuid`]: '00112233:44556677:8899aabb:ccddeeff',
    ...Object.fromEntries(
      all.flatMap((name, slot) => [
        [`${folder}/dev-${name}/state`, 'in_sync'],
        [`${folder}/dev-${name}/slot`, `${slot}`],
        [`${folder}/dev-${name}/errors`, '0'],
        [`${folder}/dev-${name}/bad_blocks`, ''],
        [`${folder}/dev-${name}/block`, `-> ../../../../../block/${name}`],
      ]),
    ),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text])),
    '/run/udev/data/b9:9': 'E:MD_DEVNAME=vault\n',
    '/proc/mdstat': '',
    '/proc/self/mountinfo': '40 1 9:9 / /vault rw - ext4 /dev/md9 rw\n',
  };
}

const gibibyte = 1024 ** 3;
const fsid = 'c0ffee00-1111-4222-8333-944444444444';
/** A raid1 of two drives of 4 GiB; sizes in GiB. */
function btrfs(data: number, dataUsed: number, metadata: number, metadataUsed: number): MachineSnapshot {
  const folder = `/sys/fs/btrfs/${fsid}`;
  const kind = (name: string, total: number, used: number) =>
    Object.entries({ total_bytes: total, bytes_used: used, disk_total: 2 * total, disk_used: 2 * used, 'raid1/total_bytes': total }).map(
      ([file, size]) => [`${folder}/allocation/${name}/${file}`, `${Math.round(size * gibibyte)}`],
    );
  return {
    [`${folder}/label`]: 'photos',
    [`${folder}/exclusive_operation`]: 'none',
    [`${folder}/devices/sda`]: '-> ../../../../block/sda',
    [`${folder}/devices/sdb`]: '-> ../../../../block/sdb',
    ...Object.fromEntries(
      [1, 2].flatMap((number) => [
        [`${folder}/devinfo/${number}/missing`, '0'],
        [`${folder}/devinfo/${number}/error_stats`, 'write_errs 0\nread_errs 0\nflush_errs 0\ncorruption_errs 0\ngeneration_errs 0'],
      ]),
    ),
    ...Object.fromEntries([...kind('data', data, dataUsed), ...kind('metadata', metadata, metadataUsed), ...kind('system', 0.0078125, 0)]),
    '/proc/self/mountinfo': '41 1 0:50 / /photos rw - btrfs /dev/sda rw\n',
  };
}

const zfsMember = 'E:ID_FS_TYPE=zfs_member\nE:ID_FS_LABEL=cold\nE:ID_FS_UUID=7777777777777777777\n';
const zfs = (state: string): MachineSnapshot => ({
  ...drives(3, zfsMember),
  '/proc/spl/kstat/zfs/cold/state': `${state}\n`,
  '/proc/self/mountinfo': '42 1 0:60 / /cold rw - zfs cold rw\n',
});
const vdev = (name: string, state = 'ONLINE', children: readonly object[] = []) => ({
  name,
  vdev_type: children.length > 0 ? name.replace(/-\d+$/, '') : 'disk',
  ...(children.length > 0 ? {} : { path: `/dev/${name}` }),
  state,
  read_errors: 0,
  write_errors: 0,
  checksum_errors: 0,
  ...(children.length > 0 ? { vdevs: Object.fromEntries(children.map((child) => [(child as { name: string }).name, child])) } : {}),
});
function zpool(more: object, state = 'ONLINE', fragmentation = 12): Record<string, string> {
  const root = { name: 'cold', vdev_type: 'root', state, vdevs: { 'mirror-0': vdev('mirror-0', state, [vdev('sda'), vdev('sdb')]) } };
  const cold = { name: 'cold', state, pool_guid: '7777777777777777777', error_count: 0, vdevs: { cold: root }, ...more };
  return {
    'zpool status -j --json-int cold': JSON.stringify({ output_version: {}, pools: { cold } }),
    'zpool list -Hp cold': `cold\t4000\t1000\t3000\t-\t-\t${fragmentation}\t25\t1.00\t${state}\t-\n`,
  };
}

export const poolBugs: readonly PoolBug[] = [
  {
    source: `${github}tomaae/homeassistant-openmediavault/issues/93`,
    what: 'an array is clean while it is degraded',
    machines: [md('raid1', 2, 1, { array_state: 'clean' })],
    faults: ['degraded data_at_risk'],
  },
  {
    source: `${github}prometheus/node_exporter/issues/2384`,
    what: 'a member that was removed is not counted',
    machines: [md('raid5', 4, 4), md('raid5', 4, 3)],
    faults: ['degraded data_at_risk'],
    reading: { redundancyLeft: 0 },
  },
  {
    source: `${github}henrygd/beszel/issues/2061`,
    what: 'a system array of QNAP with 4 of 32 slots has failed',
    machines: [md('raid1', 32, 4), md('raid1', 32, 4)],
    faults: [],
  },
  {
    source: `${github}netdata/netdata/issues/11180`,
    what: 'a system array of QNAP with 2 of 32 slots is degraded for ever',
    machines: [md('raid1', 32, 2), md('raid1', 32, 2)],
    faults: [],
  },
  {
    source: `${github}rcourtman/Pulse/issues/1362`,
    what: 'a system array with 2 of 12 slots is told each minute',
    machines: [md('raid1', 12, 2), md('raid1', 12, 2), md('raid1', 12, 2)],
    faults: [],
  },
  {
    source: `${github}prometheus/procfs/issues/321`,
    what: 'an array that is being checked is not active',
    machines: [md('raid6', 5, 5, { sync_action: 'check', array_state: 'active', sync_completed: '100 / 1000', mismatch_cnt: '8' })],
    faults: [],
    reading: { activity: 'check' },
  },
  {
    source: `${github}NethServer/dev/issues/7913`,
    what: 'an array that was degraded before the monitor started is fine',
    machines: [md('raid1', 2, 1), md('raid1', 2, 1)],
    faults: ['degraded data_at_risk'],
  },
  {
    source: `${github}neilbrown/mdadm/issues/26`,
    what: 'two of 22 members are gone, and all is well',
    machines: [md('raid10', 22, 20)],
    faults: ['degraded data_at_risk'],
  },
  {
    source: `${github}knorrie/python-btrfs/issues/12`,
    what: 'a drive that was pulled while the file system is mounted is there',
    machines: [
      { ...drives(2), ...btrfs(2, 1, 1, 0.2) },
      { ...drives(1), ...btrfs(2, 1, 1, 0.2) },
    ],
    faults: ['degraded data_at_risk'],
  },
  {
    source: `${github}knorrie/python-btrfs/issues/36`,
    what: 'a file system with nothing unallocated is full',
    machines: [{ ...drives(2), ...btrfs(2.9921875, 0.5, 1, 0.2) }],
    faults: [],
  },
  {
    source: `${github}netdata/netdata/issues/9264`,
    what: 'data chunks that are full are a full file system, though more can be allocated',
    machines: [{ ...drives(2), ...btrfs(1, 0.9999, 0.5, 0.1) }],
    faults: [],
  },
  {
    source: `${github}openzfs/zfs/issues/9004`,
    what: 'a pool that the kernel calls offline for a moment is offline',
    machines: [zfs('ONLINE'), zfs('OFFLINE')],
    commands: zpool({}),
    faults: [],
  },
  {
    source: `${github}prometheus/node_exporter/issues/2421`,
    what: 'a suspended pool is in no state',
    machines: [zfs('SUSPENDED')],
    faults: ['suspended data_at_risk'],
  },
  {
    source: `${github}openzfs/zfs/pull/1320`,
    what: 'a pool that could be upgraded is not healthy',
    machines: [zfs('ONLINE')],
    commands: zpool({
      status: 'Some supported and requested features are not enabled on the pool.',
      action: 'Enable all features using zpool upgrade.',
    }),
    faults: [],
    reading: { problem: false },
  },
  {
    source: `${github}netdata/netdata/issues/18359`,
    what: 'a log that has failed is not seen, since the pool is online',
    machines: [zfs('ONLINE')],
    commands: zpool({ logs: { sdc: vdev('sdc', 'FAULTED') } }),
    faults: ['log_failed degraded'],
  },
  {
    source: `${github}gnacho/easyzfs/issues/78`,
    what: 'fragmented free space is a problem',
    machines: [zfs('ONLINE')],
    commands: zpool({}, 'ONLINE', 83),
    faults: [],
  },
  {
    source: `${github}rcourtman/Pulse/issues/423`,
    what: 'a pool that repaired something in its last scrub is broken',
    machines: [zfs('ONLINE')],
    commands: zpool({
      scan_stats: { function: 'SCRUB', state: 'FINISHED', start_time: 1795000000, end_time: 1795000600, errors: 0, processed: 4096 },
    }),
    faults: [],
  },
  {
    source: `${github}quantum/esos/issues/182`,
    what: 'a zpool that can’t run means that all is well',
    machines: [zfs('ONLINE')],
    faults: [],
    reading: { problem: undefined },
  },
  {
    source: `${github}glensc/monitoring-plugin-check_raid/issues/134`,
    what: 'an old mirror of LVM that is in sync is broken',
    machines: [
      {
        ...drives(2),
        ...['vg-old', 'vg-old_mimage_0', 'vg-old_mimage_1'].reduce((all, name, index) => {
          const folder = `/sys/block/dm-${index}`;
          const below = index === 0 ? ['dm-1', 'dm-2'] : [names[index - 1]];
          return {
            ...all,
            [folder]: `-> ../devices/virtual/block/dm-${index}`,
            [`${folder}/dev`]: `254:${index}`,
            [`${folder}/size`]: '131072',
            [`${folder}/dm/name`]: name,
            [`${folder}/dm/uuid`]: `LVM-${'v'.repeat(32)}${String(index).repeat(32)}`,
            [`${folder}/dm/suspended`]: '0',
            ...Object.fromEntries(below.map((one) => [`${folder}/slaves/${one}`, `-> ../../../../block/${one}`])),
          };
        }, {}),
      },
    ],
    commands: {
      'dmsetup status': 'vg-old: 0 131072 mirror 2 254:1 254:2 128/128 1 AA 1 core\n',
    },
    faults: [],
    reading: { problem: false },
  },
];
