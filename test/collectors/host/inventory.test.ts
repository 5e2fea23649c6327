import { symlinkSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readMachineInventory } from '../../../src/collectors/host/inventory.ts';
import type { HostRoots } from '../../../src/model/host-roots.ts';
import { tree } from '../../helpers/tree.ts';

const inventoryOf = async (roots: HostRoots) => (await readMachineInventory(roots)).machine;
const dmi = (fields: Record<string, string>) =>
  Object.fromEntries(Object.entries(fields).map(([name, text]) => [`sys/class/dmi/id/${name}`, `${text}\n`]));

test('a machine with a vendor', async () => {
  const files = {
    ...dmi({ sys_vendor: 'Dell Inc.', product_name: 'OptiPlex 7080', board_name: '0J37VM' }),
    'proc/cpuinfo': 'processor\t: 0\nmodel name\t: Intel(R) Core(TM) i7\n',
  };
  const system = {
    'root/etc/os-release': 'NAME=x\nPRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n',
    'proc/sys/kernel/osrelease': '6.12.48\n',
  };
  expect(await inventoryOf(tree({ ...files, ...system }))).toEqual({
    manufacturer: 'Dell Inc.',
    model: 'OptiPlex 7080',
    system: 'Debian GNU/Linux 13 (trixie), Linux 6.12.48',
    processor: 'Intel(R) Core(TM) i7',
  });
});

test('a machine built from parts has the name of its board', async () => {
  const parts = {
    sys_vendor: 'To Be Filled By O.E.M.',
    product_name: 'To Be Filled By O.E.M.',
    board_vendor: 'ASRock',
    board_name: 'X570M Pro4',
  };
  expect(await inventoryOf(tree(dmi(parts)))).toEqual({ manufacturer: 'ASRock', model: 'X570M Pro4' });
});

test.each([
  '',
  'Default string',
  'System Product Name',
  'System manufacturer',
  'To be filled by O.E.M.',
  'Not Specified',
  'None',
  'O.E.M',
  'docker container',
  'NotSpecified',
  '<None>',
  'n.a.',
  'Undef',
  'Not Known',
  'Chassis Manufacture',
  'Filled By OEM',
  'Please fill in',
  'xx.xx',
])('“%s” is a placeholder', async (text) => {
  expect(
    await inventoryOf(tree(dmi({ sys_vendor: text, product_name: text, board_vendor: text, board_name: text }))),
  ).toEqual({});
});

test('a board with a device tree, whose name is not its processor’s', async () => {
  const files = {
    'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
    'proc/cpuinfo': 'processor\t: 0\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n',
  };
  expect(await inventoryOf(tree(files))).toEqual({
    manufacturer: 'Raspberry Pi',
    model: 'Raspberry Pi 4 Model B Rev 1.4',
  });
});

test.each([
  ['$(DEFAULT_STRING)', 'Type1ProductConfigId'],
  ['INVALID', 'XXXXXX'],
  ['empty', 'empty'],
  ['Undefined', 'Unknow'],
  ['SYSTEM_MANUFACTURER', 'SYSTEM_PRODUCT_NAME'],
  ['OEM', 'N/A'],
  ['System Manufacturer', 'System Name'],
  ['To Be Filled By O.E.M. by More String', '...............'],
  ['BASE_BOARD_MANUFACTURER', 'Base Board Product Name'],
  ['Not Defined', '0123456789'],
  ['Product Name', '0000'],
  ['System manufacturer', '0123456789ABCDEF'],
  ['Not Filled', 'TBD by OEM'],
])('“%s” and “%s” say nothing: the board does', async (vendor, product) =>
  expect(
    await inventoryOf(
      tree(dmi({ sys_vendor: vendor, product_name: product, board_vendor: 'ASUS', board_name: 'X11' })),
    ),
  ).toEqual({ manufacturer: 'ASUS', model: 'X11' }),
);

test.each([
  ['Micro-Star International Co., Ltd.', 'MS-7C02'],
  ['QEMU', 'Standard PC (Q35 + ICH9, 2009)'],
  ['Apple Inc.', 'Macmini8,1'],
  ['HP', 'HP EliteDesk 800 G3 DM 65W'],
  ['Intel(R) Client Systems', 'NUC11PAHi5'],
  ['AZW', 'SER'],
])('names that are names: “%s” “%s”', async (vendor, product) =>
  expect(await inventoryOf(tree(dmi({ sys_vendor: vendor, product_name: product })))).toMatchObject({
    manufacturer: vendor,
    model: product,
  }),
);

test.each([
  ['ASUS', 'All Series', 'MAXIMUS VII HERO'],
  ['Supermicro', 'Super Server', 'X11SSH-F'],
])('a product name that is a whole family: the board’s says more', async (vendor, product, board) => {
  const fields = { sys_vendor: vendor, product_name: product, board_vendor: vendor };
  expect(await inventoryOf(tree(dmi({ ...fields, board_name: board })))).toMatchObject({ model: board });
  expect(await inventoryOf(tree(dmi(fields)))).toMatchObject({ model: product });
});

test.each([
  ['LENOVO', '10T8S0XX00', 'ThinkCentre M720q', 'ThinkCentre M720q'],
  ['IBM', '2525F7G', 'ThinkPad X41', 'ThinkPad X41'],
  ['LENOVO', '82FG', 'IdeaPad 5 15ITL05', 'IdeaPad 5 15ITL05'],
  ['LENOVO', '7X06CTO1WW', 'INVALID', '7X06CTO1WW'],
  ['LENOVO', '10AXS0T600', 'SDK0E50510 WIN', '10AXS0T600'],
  ['LENOVO', '30BYS0LX00', 'Lenovo', '30BYS0LX00'],
  ['LENOVO', '7X06CTO1WW', '-[IVE1]-', '7X06CTO1WW'],
  ['Dell Inc.', 'OptiPlex 7080', 'Rev. B', 'OptiPlex 7080'],
])('%s %s %s', async (vendor, product, version, model) =>
  expect(await inventoryOf(tree(dmi({ sys_vendor: vendor, product_name: product, product_version: version })))).toEqual(
    { manufacturer: vendor, model },
  ),
);

test('bytes that are no text say nothing', async () => {
  const roots = tree(dmi({ sys_vendor: '', product_name: 'x', board_vendor: 'ACME Inc.' }));
  writeFileSync(roots.sys('class/dmi/id/sys_vendor'), Buffer.from([0xc0, 0x1c, 0xff]));
  writeFileSync(roots.sys('class/dmi/id/product_name'), Buffer.from([0xff, 0xff, 0xff, 0xff]));
  expect(await inventoryOf(roots)).toEqual({ manufacturer: 'ACME Inc.' });
});

const systemOf = async (release: string) => (await inventoryOf(tree({ 'root/etc/os-release': release }))).system;

test.each([
  ["PRETTY_NAME='Gentoo Linux'", 'Gentoo Linux'],
  ['PRETTY_NAME="A \\"B\\" \\$5 \\\\ C"', 'A "B" $5 \\ C'],
  ['PRETTY_NAME=Alpine', 'Alpine'],
  ['PRETTY_NAME=Two\\ Words', 'Two Words'],
  ['PRETTY_NAME="Arch Linux"  ', 'Arch Linux'],
  ['PRETTY_NAME="Void"\r\nID=void\r', 'Void'],
  ['# PRETTY_NAME="No"\nPRETTY_NAME="Old"\nPRETTY_NAME="New"', 'New'],
  ['NAME=\'Slackware\'\nVERSION="15.0"', 'Slackware 15.0'],
  ['NAME=Fedora\nVERSION_ID=43', 'Fedora 43'],
  ['PRETTY_NAME=""\nNAME=X', 'X'],
  ['ID=x', undefined],
  ['', undefined],
])('os-release: %j', async (release, name) => expect(await systemOf(`${release}\n`)).toBe(name));

test('os-release in Latin-1', async () => {
  const roots = tree({ 'root/etc/os-release': '' });
  writeFileSync(roots.host('etc/os-release'), Buffer.from('PRETTY_NAME="Distribución 9"\n', 'latin1'));
  expect((await inventoryOf(roots)).system).toBe('Distribución 9');
});

test('os-release of the host by a link that would lead into the container', async () => {
  const roots = tree({ 'root/usr/lib/os-release': 'PRETTY_NAME="Host OS 9"\n', 'root/etc/hostname': '' });
  symlinkSync('/usr/lib/os-release', roots.host('etc/os-release'));
  expect((await inventoryOf(roots)).system).toBe('Host OS 9');
});

test('the processor of a board that only its device tree names', async () => {
  const cores = (compatible: string) => ({
    'proc/device-tree/cpus/cpu@0/compatible': compatible,
    'proc/device-tree/cpus/cpu-map/x': '',
  });
  expect((await inventoryOf(tree(cores('arm,cortex-a72\0')))).processor).toBe('ARM Cortex-A72');
  expect((await inventoryOf(tree(cores('arm,cortex-a78ae\0arm,armv8\0')))).processor).toBe('ARM Cortex-A78AE');
  expect((await inventoryOf(tree(cores('riscv\0')))).processor).toBeUndefined();
});
