import { HostMountsReader } from '../../src/collectors/host/linux/host-mounts.ts';
import { parseSmartctlAnswer } from '../../src/collectors/storage/drives/smartctl-answer.ts';
import { driveHistoryMemoryFormat, parseDriveHistoryOrEmpty } from '../../src/collectors/storage/nvme/drive-history.ts';
import { parseBtrfsScrub } from '../../src/collectors/storage/pools/btrfs-scrub.ts';
import { parseDmRaid, parseDmStatus, parseDmThinPool } from '../../src/collectors/storage/pools/dm-status.ts';
import { parseMdstatProgress } from '../../src/collectors/storage/pools/md-sysfs.ts';
import { zfsMembersAndRedundancyOf } from '../../src/collectors/storage/pools/zfs-members.ts';
import {
  parseNamedZpoolStatusJson,
  parseZpoolSpace,
  type ZpoolStatus,
} from '../../src/collectors/storage/pools/zpool-status.ts';
import { parseNamedZpoolStatusText } from '../../src/collectors/storage/pools/zpool-text.ts';
import { StorageLayout } from '../../src/collectors/storage/storage-layout.ts';
import {
  parseNamespaceUsedBytes,
  parseSmartLog,
  parseTemperatureLimitsAndCapacity,
} from '../../src/collectors/storage/tools/nvme-cli.ts';
import { cleanHealthLogOrThrow } from '../../src/collectors/storage/tools/nvme-health-log.ts';
import { parseSelfTestSummary } from '../../src/collectors/storage/tools/self-tests.ts';
import { parseSmartctlNvmeHealth } from '../../src/collectors/storage/tools/smartctl.ts';
import { sda, sdb } from '../../test/collectors/storage/pools/machine.ts';
import { expandSnapshot } from '../../test/helpers/machine-snapshot.ts';
import { type FuzzedParser, recordedSamples } from './fuzzed-parser.ts';

const attribute = (id: number, name: string, value: number, raw: string) => ({
  id,
  name,
  value,
  worst: value,
  thresh: 10,
  when_failed: '',
  flags: { value: 51, string: 'PO--CK ', prefailure: true },
  raw: { value: Number.parseInt(raw, 10), string: raw },
});
const ataAnswer = JSON.stringify(
  {
    json_format_version: [1, 0],
    smartctl: { version: [7, 4], exit_status: 0, messages: [{ string: 'a message', severity: 'warning' }] },
    device: { name: '/dev/sda', type: 'sat', protocol: 'ATA' },
    model_name: 'DISK 4T',
    serial_number: 'LAB-1',
    firmware_version: '1.0',
    logical_block_size: 512,
    rotation_rate: 0,
    smart_support: { available: true, enabled: true },
    smart_status: { passed: true },
    ata_smart_data: { self_test: { status: { value: 249, remaining_percent: 90 } } },
    ata_smart_attributes: {
      table: [
        attribute(5, 'Reallocated_Sector_Ct', 100, '3'),
        attribute(177, 'Wear_Leveling_Count', 97, '41'),
        attribute(194, 'Temperature_Celsius', 64, '36 (Min/Max 18/40)'),
        attribute(197, 'Current_Pending_Sector', 100, '0'),
        attribute(199, 'UDMA_CRC_Error_Count', 200, '17'),
      ],
    },
    endurance_used: { current_percent: 3 },
    power_on_time: { hours: 12345 },
    temperature: { current: 36, op_limit_max: 70 },
    ata_smart_self_test_log: {
      extended: { table: [{ status: { value: 121 }, lifetime_hours: 12000, lba: 1953514584 }], count: 1 },
    },
    ata_device_statistics: {
      pages: [
        {
          number: 1,
          table: [{ name: 'Logical Sectors Written', value: 81_234_567_890, flags: { valid: true } }],
        },
        {
          number: 5,
          table: [{ name: 'Specified Maximum Operating Temperature', value: 60, flags: { valid: true } }],
        },
        {
          number: 7,
          table: [{ name: 'Percentage Used Endurance Indicator', value: 4, flags: { valid: true } }],
        },
      ],
    },
  },
  undefined,
  2,
);
const ataAsleep = JSON.stringify({
  smartctl: { messages: [{ string: 'Device is in STANDBY mode, exit(3)', severity: 'information' }] },
  device: { type: 'sat' },
  power_mode: { ata_value: 0 },
});
const scsiAnswer = JSON.stringify(
  {
    smartctl: { version: [7, 4], exit_status: 0 },
    device: { name: '/dev/sdb', type: 'scsi', protocol: 'SCSI' },
    scsi_model_name: 'SAS 8T',
    serial_number: 'LAB-2',
    scsi_revision: 'A1',
    smart_status: { passed: true },
    temperature: { current: 31, drive_trip: 65 },
    power_on_time: { hours: 54321, minutes: 12 },
    scsi_grown_defect_list: 2,
    scsi_pending_defects: { count: 1 },
    scsi_percentage_used_endurance_indicator: 5,
    scsi_error_counter_log: {
      read: { total_uncorrected_errors: 1, gigabytes_processed: '1234.567' },
      write: { total_uncorrected_errors: 0, gigabytes_processed: '765.432' },
      verify: { total_uncorrected_errors: 0 },
    },
    scsi_self_test_0: {
      code: { value: 2 },
      result: { value: 0, string: 'Completed' },
      power_on_time: { hours: 54000 },
      lba_first_failure: { value: 18_446_744 },
    },
  },
  undefined,
  2,
);

const mdstat = `Personalities : [raid1] [raid6] [raid5] [raid4]
md127 : active raid1 sdb[2] sda[0]
      39936 blocks super 1.2 [2/1] [U_]
      [=====>...............]  recovery = 25.3% (10368/39936) finish=0.4min speed=1152K/sec
      bitmap: 1/1 pages [4KB], 65536KB chunk

md126 : active raid5 sde[3] sdd[1] sdc[0]
      79872 blocks super 1.2 level 5, 512k chunk, algorithm 2 [3/3] [UUU]
      	resync=DELAYED

unused devices: <none>
`;
const btrfsScrub = `scrub status:1
1b7c0f52-0000-4a7e-9f00-00000000ab01:1|data_extents_scrubbed:16|read_errors:1|csum_errors:2|verify_errors:0|super_errors:0|uncorrectable_errors:1|t_start:1760000000|t_resumed:0|duration:7|canceled:0|finished:1
1b7c0f52-0000-4a7e-9f00-00000000ab01:2|read_errors:0|csum_errors:0|t_start:1760000000|duration:9|canceled:0|finished:1
`;
const dmStatus = `vg--a-home_rimage_0: 0 65536 linear
vg--a-home: 0 65536 raid raid1 2 AD 32768/65536 recover 0 0 -
vg--a-old: 0 65536 mirror 2 252:1 252:3 64/64 1 AD 3 disk 252:9 A
vg-pool-tpool: 0 122880 thin-pool 2 113/1024 960/1920 - rw discard_passdown queue_if_no_space - 256
vg-lost-tpool: 0 122880 thin-pool Fail
vg-vm: 0 100 thin 1 2
`;

const leaf = (name: string, state: string, errors: number) => ({
  name,
  vdev_type: 'disk',
  path: `/dev/${name}`,
  phys_path: 'pci-0000:00:1f.2-ata-2.0',
  state,
  read_errors: errors,
  write_errors: 0,
  checksum_errors: errors,
});
const zpoolJson = JSON.stringify(
  {
    pools: {
      tank: {
        name: 'tank',
        state: 'DEGRADED',
        pool_guid: '5819764768306625719',
        error_count: 2,
        scan_stats: {
          function: 'RESILVER',
          state: 'SCANNING',
          pass_start: 1_760_000_000,
          scrub_pause: 0,
          scrub_spent_paused: 0,
          to_examine: 1_000_000,
          issued: 250_000,
          issued_bytes_per_scan: 240_000,
          errors: 0,
          end_time: 0,
        },
        vdevs: {
          tank: {
            name: 'tank',
            vdev_type: 'root',
            state: 'DEGRADED',
            vdevs: {
              'mirror-0': {
                name: 'mirror-0',
                vdev_type: 'mirror',
                state: 'DEGRADED',
                vdevs: {
                  sda: leaf('sda', 'ONLINE', 0),
                  'spare-1': {
                    name: 'spare-1',
                    vdev_type: 'spare',
                    state: 'DEGRADED',
                    vdevs: { sdb: leaf('sdb', 'UNAVAIL', 3), sdc: leaf('sdc', 'ONLINE', 0) },
                  },
                },
              },
            },
          },
        },
        logs: { sdd: leaf('sdd', 'ONLINE', 0) },
        spares: { sdc: { name: 'sdc', vdev_type: 'disk', path: '/dev/sdc', state: 'INUSE' } },
      },
    },
  },
  undefined,
  2,
);
const zpoolText = `  pool: tank
 state: DEGRADED
status: One or more devices is currently being resilvered.
action: Wait for the resilver to complete.
  scan: resilver in progress since Sun Oct  5 10:00:00 2025
	24.6G scanned at 1.2G/s, 12.1G issued at 620M/s, 98.3G total
	12.0G resilvered, 12.31% done, 1 days 00:02:22 to go
config:

	NAME                STATE     READ WRITE CKSUM
	tank                DEGRADED     0     0     0
	  mirror-0          DEGRADED     0     0     0
	    /dev/sda        ONLINE       0     0     0
	    spare-1         DEGRADED     0     0     0
	      1184756340    UNAVAIL      3  1.2K     3  was /dev/sdb1
	      /dev/sdc      ONLINE       0     0     0  (resilvering)
	logs
	  /dev/sdd          ONLINE       0     0     0
	spares
	  /dev/sdc          INUSE     currently in use

errors: 2 data errors, use '-v' for a list
`;
const zpoolTextIdle = `  pool: tank
 state: ONLINE
  scan: scrub repaired 0B in 00:00:03 with 0 errors on Sun Oct  5 10:00:03 2025
config:

	NAME        STATE     READ WRITE CKSUM
	tank        ONLINE       0     0     0
	  raidz1-0  ONLINE       0     0     0
	    sda     ONLINE       0     0     0
	    sdb     ONLINE       0     0     0

errors: No known data errors
`;
const zpoolList = 'tank\t1000\t500\t500\t-\t-\t12\t50\t1.00\tONLINE\t-\n';

const now = Date.UTC(2027, 0, 1);
const nvmeAnswers = recordedSamples('nvme/answers', /^(smart-log|id-)/);

/** What the tools and files say of drives and pools. Called within a test, which takes the made-up machine away
 * again. */
export function storageParsers(): FuzzedParser[] {
  const roots = expandSnapshot({ ...sda, ...sdb, '/proc/self/mountinfo': '' });
  const layout = new StorageLayout(roots, new HostMountsReader(roots).read(), () => false);
  const poolOf = (status: ZpoolStatus | undefined) =>
    status && { status, ...zfsMembersAndRedundancyOf(status, roots, layout, undefined) };
  return [
    { name: 'nvme smart-log', samples: nvmeAnswers, parse: (text) => cleanHealthLogOrThrow(parseSmartLog(text)) },
    { name: 'nvme id-ctrl', samples: nvmeAnswers, parse: parseTemperatureLimitsAndCapacity },
    { name: 'nvme id-ns', samples: nvmeAnswers, parse: parseNamespaceUsedBytes },
    {
      name: 'smartctl of NVMe drives',
      samples: recordedSamples('nvme/answers', /^smartctl/),
      parse: parseSmartctlNvmeHealth,
    },
    {
      name: 'drive history',
      samples: ['{"samples":[{"at":"2027-01-01T00:00:00Z","percentage_used":4,"data_units_written":"9"}]}'],
      parse: (text) =>
        driveHistoryMemoryFormat.merge(parseDriveHistoryOrEmpty(JSON.parse(text)), parseDriveHistoryOrEmpty(undefined)),
    },
    { name: 'smartctl of ATA drives', samples: [ataAnswer, ataAsleep], parse: parseSmartctlAnswer },
    { name: 'smartctl of SCSI drives', samples: [scsiAnswer], parse: parseSmartctlAnswer },
    { name: 'self-tests', samples: [ataAnswer, scsiAnswer], parse: parseSelfTestSummary },
    { name: '/proc/mdstat', samples: [mdstat], parse: parseMdstatProgress },
    { name: 'btrfs scrub', samples: [btrfsScrub], parse: (text) => parseBtrfsScrub(text, true) },
    {
      name: 'zpool status in JSON',
      samples: [zpoolJson],
      parse: (text) => poolOf(parseNamedZpoolStatusJson(text, 'tank', now)),
      mayBeNegative: /^canLose$/,
    },
    {
      name: 'zpool status as text',
      samples: [zpoolText, zpoolTextIdle],
      parse: (text) => poolOf(parseNamedZpoolStatusText(text, 'tank')),
      mayBeNegative: /^canLose$/,
    },
    { name: 'zpool list', samples: [zpoolList], parse: (text) => parseZpoolSpace(text, 'tank') },
    {
      name: 'dmsetup status',
      samples: [dmStatus],
      parse: (text) =>
        [...parseDmStatus(text).values()].map((status) => [parseDmRaid(status), parseDmThinPool(status)]),
    },
  ];
}
