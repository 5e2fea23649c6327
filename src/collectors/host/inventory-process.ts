import { readMachineInventoryFromLibrary } from './inventory.ts';

process.stdout.write(JSON.stringify(await readMachineInventoryFromLibrary()));
