#!/usr/bin/env node
import { exit } from './cli/exit.ts';
import { describe, Unusable } from './model/fault.ts';

/** The command line is only taken apart where there is one. */
async function main(args: readonly string[]): Promise<void> {
  if (args.length === 0) await (await import('./cli/run.ts')).run({});
  else await (await import('./cli/program.ts')).program(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Unusable)) throw error;
  process.stderr.write(`${describe(error)}\n`);
  // What was started already would keep the process alive.
  await exit(2);
}
