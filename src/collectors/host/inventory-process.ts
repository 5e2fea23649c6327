import { readMachineInventoryFromSysteminformation } from './inventory.ts';

process.stdout.write(JSON.stringify(await readMachineInventoryFromSysteminformation()));
