import { readInventoryFromLibrary } from './inventory.ts';

process.stdout.write(JSON.stringify(await readInventoryFromLibrary()));
