import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  driveOrProgramInCommand,
  explainCommandRefusal,
} from '../../../../src/collectors/storage/helper/drive-commands.ts';
import { tree } from '../../../helpers/tree.ts';

const machine = () =>
  tree({
    'sys/class/nvme/nvme0/model': 'X',
    'sys/class/nvme/nvme12/model': 'X',
    'sys/block/nvme0n1/device/model': 'X',
    'sys/block/nvme0n1/nvme0n1p1/partition': '1',
    'sys/block/sda/device/model': 'X',
    'sys/block/sda/sda1/partition': '1',
    'sys/block/sdaa/device/model': 'X',
    'sys/block/sdz/size': '1',
    'sys/block/loop0/size': '1',
    'sys/block/dm-0/size': '1',
    'sys/block/md0/size': '1',
    'sys/class/scsi_host/host0/state': 'running',
    'sys/class/scsi_generic/sg2/dev': '21:2',
    'sys/bus/pci/drivers/3w-9xxx/0000:01:00.0/vendor': '0x13c1',
    'sys/bus/pci/drivers/3w-9xxx/bind': '',
    'sys/bus/pci/drivers/3w-9xxx/new_id': '',
    'sys/bus/pci/drivers/3w-sas/bind': '',
  }).sys();

const refusal = (command: string | string[], sys = machine()) =>
  explainCommandRefusal(typeof command === 'string' ? command.split(' ') : command, sys);

test.each([
  'nvme smart-log /dev/nvme0 -o json',
  'nvme log smart /dev/nvme12 -o json',
  'nvme id-ctrl /dev/nvme0 -o json',
  'nvme id ctrl /dev/nvme0 -o json',
  'nvme id-ns /dev/nvme0 -n 1 -o json',
  'nvme id ns /dev/nvme0 -n 4294967294 -o json',
  'nvme self-test-log /dev/nvme0 -o json',
  'smartctl -j -i -H -A /dev/nvme0',
  'smartctl -j -i -H -A /dev/nvme0n1',
  'smartctl -j -n standby,3 -i -H -A -d sat /dev/sda',
  'smartctl -j -n standby,3 -i -H -A -c -l selftest -d scsi /dev/sdaa',
  'smartctl -j -l devstat -d sat,12 /dev/sda',
  'smartctl -j -i -H -A -d megaraid,3 /dev/sda',
  'smartctl -j -i -H -A -d sat+megaraid,3 /dev/sda',
  'smartctl -j -n standby,3 -i -H -A -d megaraid,12 /dev/bus/0',
  'smartctl -j -i -H -A -d cciss,1 /dev/sg2',
  'smartctl -j -i -H -A -d areca,3/1 /dev/sg2',
  'smartctl -j -i -H -A -d 3ware,7 /dev/twa0',
  'smartctl -j -i -H -A -d aacraid,0,0,2 /dev/sda',
  'smartctl -j -i -H -A -d sntrealtek /dev/sda',
  'smartctl --scan -j',
  'dmsetup status --noflush',
  'cat /var/lib/btrfs/scrub.status.1b7c0f52-0000-4a7e-9f00-00000000ab01',
  'zpool status -j --json-int tank',
  'zpool status -p -P my-pool_2.0:a',
  'zpool list -Hp tank',
])('%s is a question', (command) => expect(refusal(command)).toBeUndefined());

test.each([
  'nvme format /dev/nvme0 -o json',
  'nvme smart-log /dev/nvme0',
  'nvme smart-log /dev/nvme0 -o binary',
  'nvme smart-log /dev/nvme0 -o json -o binary',
  'nvme smart-log -o json /dev/nvme0',
  'nvme smart-log /dev/nvme0n1 -o json',
  'nvme id-ns /dev/nvme0 -n -1 -o json',
  'nvme sanitize /dev/nvme0',
  'nvme admin-passthru /dev/nvme0 --opcode=0x80 -o json',
  'nvme self-test-log /dev/nvme0 -o json --verbose',
  'nvme device-self-test /dev/nvme0 -s 1 -o json',
  'smartctl -j -t short /dev/sda',
  'smartctl -j -s off /dev/sda',
  'smartctl -j -i -H -A -l scttempsts,1 /dev/sda',
  'smartctl -j -i -B /etc/shadow /dev/sda',
  'smartctl -j -i -B +/etc/shadow /dev/sda',
  'smartctl -j -i -r ioctl /dev/sda',
  'smartctl -i /dev/sda',
  'smartctl -j /dev/sda',
  'smartctl -j -i -d sat+test,3 /dev/sda',
  'smartctl -j -i -d jmb39x,1 /dev/sda',
  'smartctl -j -i -d jmb39x,1,s33,force /dev/sda',
  'smartctl -j -i -d megaraid,1234 /dev/sda',
  'smartctl -j -i -d areca,1/../../etc /dev/sg2',
  'smartctl -j -i -d sat /dev/sg2',
  'smartctl -j -i /dev/bus/0',
  'smartctl -j -i -d megaraid,1 /dev/bus/0/../../etc/shadow',
  'smartctl -j -i -d megaraid,1 -d sat /dev/sda',
  'smartctl -j -i -d test /dev/sda',
  'smartctl -j --scan-open',
  'smartctl --scan-open -j',
  'smartctl --scan -j -d test',
  'smartctl -j -i /dev/sda /dev/sdaa',
  'cat /var/lib/btrfs/scrub.status.1b7c0f52',
  'cat /var/lib/btrfs/scrub.progress.1b7c0f52-0000-4a7e-9f00-00000000ab01',
  'cat /var/lib/btrfs/../../../etc/shadow',
  'cat /etc/shadow',
  'cat /var/lib/btrfs/scrub.status.1b7c0f52-0000-4a7e-9f00-00000000ab01 /etc/shadow',
  'dmsetup status',
  'dmsetup remove_all --noflush',
  'zpool status -j --json-int -v',
  'zpool status -j --json-int tank 1',
  'zpool status -j --json-int',
  'zpool list -Hp /etc/passwd',
  'zpool clear tank',
  'zpool export tank',
  'sh -c id',
  '/usr/sbin/nvme smart-log /dev/nvme0 -o json',
  '../nvme smart-log /dev/nvme0 -o json',
  'NVME smart-log /dev/nvme0 -o json',
  '',
])('%j is none', (command) => expect(refusal(command)).toBe('not a command on the list'));

test.each([
  [['nvme', 'smart-log /dev/nvme0', '-o', 'json']],
  [['nvme smart-log', '/dev/nvme0', '-o', 'json']],
  [['nvme', 'smart-log', '/dev/nvme0', '-o', 'json', '']],
  [['nvme', 'smart-log', '/dev/nvme0\n', '-o', 'json']],
  [['nvme', 'smart-log', '/dev/nvme0', '-o', 'json\n']],
  [['nvme', 'smart-log', '/dev/nvme0\0', '-o', 'json']],
  [['nvme', 'smart-log', '/dev/nvme０', '-o', 'json']],
  [[]],
])('words that only look like a question: %j', (command) => expect(refusal(command)).toBe('not a command on the list'));

test.each([
  ['nvme smart-log /dev/nvme1 -o json', 'nvme1 is not an NVMe controller'],
  ['smartctl -j -i /dev/nvme1', 'nvme1 is not an NVMe controller'],
  ['smartctl -j -i /dev/nvme0n2', 'nvme0n2 is not a drive'],
  ['smartctl -j -i /dev/sdb', 'sdb is not a drive'],
  ['smartctl -j -i /dev/sdz', 'sdz is not a drive'],
  ['smartctl -j -i -d megaraid,1 /dev/bus/1', 'bus/1 is no RAID controller'],
  ['smartctl -j -i -d cciss,1 /dev/sg3', 'sg3 is no RAID controller'],
  ['smartctl -j -i -d 3ware,1 /dev/twa1', 'twa1 is no RAID controller'],
  ['smartctl -j -i -d 3ware,1 /dev/twe0', 'twe0 is no RAID controller'],
  ['smartctl -j -i -d 3ware,1 /dev/twl0', 'twl0 is no RAID controller'],
])('%s: a drive that is not there, or has no device behind it', (command, expected) =>
  expect(refusal(command)).toBe(expected),
);

test.each([
  'sda1',
  'nvme0n1p1',
  'loop0',
  'dm-0',
  'md0',
  'sg0',
  'null',
  '../sda',
  'disk/../sda',
  'block/sda',
  'sda/',
  '/sda',
  'SDA',
])('/dev/%s is never asked', (name) =>
  expect(refusal(`smartctl -j -i /dev/${name}`)).toBe('not a command on the list'),
);

test('a machine without any drive', () => {
  expect(refusal('nvme smart-log /dev/nvme0 -o json', tree({}).sys())).toBe('nvme0 is not an NVMe controller');
  expect(refusal('smartctl -j -i /dev/sda', tree({}).sys())).toBe('sda is not a drive');
});

test('a controller and its namespace are one drive', () => {
  expect(driveOrProgramInCommand(['smartctl', '-j', '-i', '/dev/nvme0n1'])).toBe('nvme0');
  expect(driveOrProgramInCommand(['nvme', 'smart-log', '/dev/nvme0', '-o', 'json'])).toBe('nvme0');
  expect(driveOrProgramInCommand(['smartctl', '-j', '-i', '/dev/sdaa'])).toBe('sdaa');
  expect(driveOrProgramInCommand('smartctl -j -i -d megaraid,3 /dev/bus/0'.split(' '))).toBe('bus/0 megaraid,3');
  expect(driveOrProgramInCommand(['dmsetup', 'status', '--noflush'])).toBe('dmsetup');
});

test('all that the sudo rule allows is a question', () => {
  const rule = readFileSync(join(import.meta.dirname, '../../../../docs/sudoers.d/infra-monitor'), 'utf8');
  expect(rule).toContain(
    '/usr/sbin/nvme ^(smart-log|self-test-log|log (smart|self-test)|id[ -](ctrl|ns)) /dev/nvme[0-9]+( -n [0-9]+)? -o json$',
  );
  expect(rule).toContain(
    String.raw`/usr/sbin/smartctl ^-j( -n standby\,3)? -i -H -A( -c -l selftest)?( -l devstat)?( -d [a-z0-9+\,/]+)? /dev/(sd[a-z]+|bus/[0-9]+|sg[0-9]+|tw[ael][0-9]+)$`,
  );
  for (const words of ['smart-log', 'self-test-log', 'log smart', 'log self-test', 'id-ctrl', 'id ctrl'])
    expect(refusal(`nvme ${words} /dev/nvme0 -o json`)).toBeUndefined();
  for (const words of ['-n standby,3 -i -H -A -d sat', '-i -H -A', '-n standby,3 -i -H -A -c -l selftest -l devstat'])
    expect(refusal(`smartctl -j ${words} /dev/sda`)).toBeUndefined();
  expect(rule).toContain(String.raw`/usr/bin/cat ^/var/lib/btrfs/scrub\.status\.[0-9a-f-]+$`);
  expect(rule).toContain('/usr/sbin/dmsetup status --noflush');
  expect(refusal('dmsetup status --noflush')).toBeUndefined();
  expect(rule).toContain(
    String.raw`/usr/sbin/zpool ^(status (-j --json-int|-p -P)|list -Hp) [a-zA-Z][a-zA-Z0-9_.\:-]*$`,
  );
  for (const words of ['id-ns', 'id ns']) expect(refusal(`nvme ${words} /dev/nvme0 -n 1 -o json`)).toBeUndefined();
});
