#!/usr/bin/env node
import { fail } from './cli/exit.ts';

/** The command line is only taken apart where there is one. */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) await (await import('./cli/run.ts')).run({});
  else await (await import('./cli/program.ts')).program(args);
}

process.on('uncaughtException', fail);
await main(process.argv.slice(2)).catch(fail);
