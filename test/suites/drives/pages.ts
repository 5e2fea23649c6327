/** The SMART / Health Information log as a drive keeps it: kelvins, and counters of 128 bits (NVM Express Base
 * Specification, log page 02h). */
export interface HealthPage {
  criticalWarning: number;
  kelvin: number;
  availableSpare: number;
  spareThreshold: number;
  percentageUsed: number;
  dataUnitsRead: bigint;
  dataUnitsWritten: bigint;
  hostReads: bigint;
  hostWrites: bigint;
  busyTime: bigint;
  powerCycles: bigint;
  powerOnHours: bigint;
  unsafeShutdowns: bigint;
  mediaErrors: bigint;
  errorLogEntries: bigint;
  warningTime: number;
  criticalTime: number;
  sensors: number[];
  /** How often it slowed down lightly and heavily, and for how many seconds. */
  throttling: number[];
}

export const healthy: HealthPage = {
  criticalWarning: 0,
  kelvin: 314,
  availableSpare: 100,
  spareThreshold: 10,
  percentageUsed: 4,
  dataUnitsRead: 61_234_567n,
  dataUnitsWritten: 48_765_432n,
  hostReads: 812_345_678n,
  hostWrites: 1_234_567_890n,
  busyTime: 2345n,
  powerCycles: 812n,
  powerOnHours: 9876n,
  unsafeShutdowns: 57n,
  mediaErrors: 0n,
  errorLogEntries: 12n,
  warningTime: 0,
  criticalTime: 0,
  sensors: [314, 327],
  throttling: [0, 0, 0, 0],
};

export function healthPage(told: HealthPage): Buffer {
  const page = Buffer.alloc(512);
  page.writeUInt8(told.criticalWarning, 0);
  page.writeUInt16LE(told.kelvin, 1);
  page.writeUInt8(told.availableSpare, 3);
  page.writeUInt8(told.spareThreshold, 4);
  page.writeUInt8(told.percentageUsed, 5);
  const {
    dataUnitsRead,
    dataUnitsWritten,
    hostReads,
    hostWrites,
    busyTime,
    powerCycles,
    powerOnHours,
    unsafeShutdowns,
    mediaErrors,
    errorLogEntries,
  } = told;
  [
    dataUnitsRead,
    dataUnitsWritten,
    hostReads,
    hostWrites,
    busyTime,
    powerCycles,
    powerOnHours,
    unsafeShutdowns,
    mediaErrors,
    errorLogEntries,
  ].forEach((count, index) => {
    page.writeBigUInt64LE(BigInt.asUintN(64, count), 32 + 16 * index);
    page.writeBigUInt64LE(count >> 64n, 40 + 16 * index);
  });
  page.writeUInt32LE(told.warningTime, 192);
  page.writeUInt32LE(told.criticalTime, 196);
  told.sensors.forEach((kelvin, index) => {
    page.writeUInt16LE(kelvin, 200 + 2 * index);
  });
  told.throttling.forEach((number, index) => {
    page.writeUInt32LE(number, 216 + 4 * index);
  });
  return page;
}

/** Identify Controller, of a drive with one namespace that warns at 80 and is in danger at 85 °C. */
export function controllerPage(serial: string, model: string): Buffer {
  const page = Buffer.alloc(4096);
  page.write(serial.padEnd(20), 4, 'latin1');
  page.write(model.padEnd(40), 24, 'latin1');
  page.write('1.0'.padEnd(8), 64, 'latin1');
  page.writeUInt32LE(0x1_04_00, 80);
  page.writeUInt16LE(353, 266);
  page.writeUInt16LE(358, 268);
  page.writeBigUInt64LE(1_000_204_886_016n, 280);
  page.writeUInt32LE(1, 516);
  return page;
}

/** Identify Namespace: blocks of 4096 bytes, of which a quarter is in use. */
export function namespacePage(): Buffer {
  const page = Buffer.alloc(4096);
  [244_190_646n, 244_190_646n, 61_047_661n].forEach((blocks, index) => {
    page.writeBigUInt64LE(blocks, 8 * index);
  });
  page.writeUInt8(12, 128 + 2);
  return page;
}
