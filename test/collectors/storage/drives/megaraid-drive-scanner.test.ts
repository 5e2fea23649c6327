import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { MegaraidDriveScanner } from '../../../../src/collectors/storage/drives/megaraid-drive-scanner.ts';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { drivesHelperSocketPath } from '../../../../src/collectors/storage/helper/protocol.ts';
import { stopClock } from '../../../helpers/clock.ts';
import { drives } from '../../../helpers/drives.ts';
import { hostRoots } from '../../../helpers/tree.ts';

/** A machine with a MegaRAID controller, on which smartctl's node comes and goes. */
async function machineWithNode() {
  stopClock();
  const { sys, sysfs, tell, fail, calls } = drives();
  mkdirSync(join(sys, 'class/scsi_host/host0'), { recursive: true });
  sysfs('class/scsi_host/host0/proc_name', 'megaraid_sas');
  const root = mkdtempSync(join(tmpdir(), 'root-'));
  mkdirSync(join(root, 'run/infra-monitor'), { recursive: true });
  const server = new DrivesHelperServer(sys);
  await server.listen({ path: join(root, drivesHelperSocketPath) });
  onTestFinished(async () => {
    await server.close();
    rmSync(root, { recursive: true });
  });
  let isNodeThere = false;
  return {
    scanner: new MegaraidDriveScanner(hostRoots({ HOST_SYS: sys, HOST_ROOT: root }), () => isNodeThere),
    setNode(isThere: boolean) {
      isNodeThere = isThere;
    },
    fail: () => fail('smartctl', 'no'),
    list: (...numbers: number[]) =>
      tell(
        'smartctl',
        JSON.stringify({ devices: numbers.map((number) => ({ name: '/dev/bus/0', type: `megaraid,${number}` })) }),
      ),
    scans: () => calls().length,
  };
}
const drive = { drive: '/dev/bus/0', type: 'megaraid,8' };

test('the node by which smartctl scans is news where nothing was found without it', async () => {
  const machine = await machineWithNode();
  machine.list();
  expect(await machine.scanner.find()).toEqual([]);
  machine.setNode(true);
  machine.list(8);
  expect(await machine.scanner.find()).toEqual([drive]);
  expect(machine.scans()).toBe(2);
});

test('so it is where the scan has failed, without a pause', async () => {
  const machine = await machineWithNode();
  machine.fail();
  expect(await machine.scanner.find()).toEqual([]);
  await machine.scanner.find();
  expect(machine.scans()).toBe(1);
  machine.setNode(true);
  machine.list(8);
  expect(await machine.scanner.find()).toEqual([drive]);
});

test('it is none where the drives are known, as after a scan that has made it', async () => {
  const machine = await machineWithNode();
  machine.list(8);
  const found = await machine.scanner.find();
  machine.setNode(true);
  expect(await machine.scanner.find()).toBe(found);
  machine.setNode(false);
  expect(await machine.scanner.find()).toBe(found);
  expect(machine.scans()).toBe(1);
});
