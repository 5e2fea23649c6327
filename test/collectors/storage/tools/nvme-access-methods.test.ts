import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DrivesHelperServer } from '../../../../src/collectors/storage/helper/drives-helper-server.ts';
import { readNvmeControllers } from '../../../../src/collectors/storage/nvme/sysfs.ts';
import { findAccessMethodAndHealth } from '../../../../src/collectors/storage/tools/nvme-access-methods.ts';
import { readTemperatureLimitsAndCapacity } from '../../../../src/collectors/storage/tools/nvme-identify.ts';
import { drives, identifyController, smartctl, smartLog } from '../../../helpers/drives.ts';
import { tree } from '../../../helpers/tree.ts';

/** A machine with one drive and, if `sys` is given, a helper that sees this /sys. */
async function machine(helperSees?: string) {
  const rack = drives({});
  const socket = tree({ 'root/run/infra-monitor/': '' }).host('run/infra-monitor/drives.sock');
  if (helperSees !== undefined) {
    const server = new DrivesHelperServer(helperSees === 'the same' ? rack.sys : helperSees);
    await server.listen({ path: socket });
    onTestFinished(() => server.close());
  }
  const [controller] = readNvmeControllers(rack.sys) ?? [];
  if (controller === undefined) throw new Error('there is none');
  return { rack, socket, controller, find: () => findAccessMethodAndHealth(controller, 10, socket) };
}

test('the helper is asked first, for the limits too', async () => {
  const { rack, controller, find } = await machine('the same');
  rack.tell('nvme smart-log nvme9000', smartLog());
  rack.tell('nvme id-ctrl nvme9000', identifyController());
  const { method, health } = await find();
  expect(method.runner.kind).toBe('helper');
  expect(health.log.percentageUsed).toBe(4);
  expect((await readTemperatureLimitsAndCapacity(controller, method, 10)).warning).toBe(80);
  expect(rack.calls()).toEqual(['nvme smart-log nvme9000', 'nvme id-ctrl nvme9000']);
});

test('it may ask smartctl where nvme-cli fails', async () => {
  const { rack, find } = await machine('the same');
  rack.tell('smartctl nvme9000', smartctl());
  const { method } = await find();
  expect([method.runner.kind, method.command.source]).toEqual(['helper', 'smartctl']);
});

test('what a drive answered to the helper is not asked again without it', async () => {
  const { rack, find } = await machine('the same');
  rack.fail('nvme smart-log nvme9000', 'NVMe status: INVALID_OPCODE');
  await expect(find()).rejects.toThrow('nvme smart-log /dev/nvme9000 -o json: NVMe status: INVALID_OPCODE');
  expect(rack.calls()).toEqual(['nvme smart-log nvme9000', 'smartctl nvme9000', 'nvme log smart nvme9000']);
});

test('without the helper, with one that does not see the drive, or with the socket of a dead one, the agent asks itself', async () => {
  for (const helperSees of [undefined, tree({}).sys()]) {
    const { rack, find } = await machine(helperSees);
    rack.tell('nvme smart-log nvme9000', smartLog());
    expect((await find()).method.runner.kind).toBe('own');
    expect(rack.calls()).toEqual(['nvme smart-log nvme9000']);
  }
  const { rack, socket, find } = await machine();
  mkdirSync(join(socket, '..'), { recursive: true });
  writeFileSync(socket, '');
  rack.tell('nvme smart-log nvme9000', smartLog());
  expect((await find()).method.runner.kind).toBe('own');
});
