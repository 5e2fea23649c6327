import { fromLibrary } from './inventory.ts';

process.stdout.write(JSON.stringify(await fromLibrary()));
