import { expect, test } from 'vitest';
import { readMachineInventory } from '../../../src/collectors/host/inventory.ts';
import { tree } from '../../helpers/tree.ts';

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
  expect(await readMachineInventory(tree({ ...files, ...system }))).toEqual({
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
  expect(await readMachineInventory(tree(dmi(parts)))).toEqual({ manufacturer: 'ASRock', model: 'X570M Pro4' });
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
])('“%s” is a placeholder', async (text) => {
  expect(
    await readMachineInventory(
      tree(dmi({ sys_vendor: text, product_name: text, board_vendor: text, board_name: text })),
    ),
  ).toEqual({});
});

test('a board with a device tree, whose name is not its processor’s', async () => {
  const files = {
    'proc/device-tree/model': 'Raspberry Pi 4 Model B Rev 1.4\0',
    'proc/cpuinfo': 'processor\t: 0\nModel\t\t: Raspberry Pi 4 Model B Rev 1.4\n',
  };
  expect(await readMachineInventory(tree(files))).toEqual({
    manufacturer: 'Raspberry Pi',
    model: 'Raspberry Pi 4 Model B Rev 1.4',
  });
});
