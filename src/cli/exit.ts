import { inspect } from 'node:util';
import type { Log } from '../log.ts';
import { describe, Unusable } from '../model/fault.ts';
import { redacted } from '../model/secret.ts';

/** Settles at the first SIGTERM or SIGINT with its name; a second one ends the program at once. */
let told: Promise<string> | undefined;

export function ending(): Promise<string> {
  told ??= new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
  return told;
}

/** Ends the program though a reading may still hang. */
export const exit = (status: number): never => process.exit(status);

/** Ends the program with the reason. Node’s own last words would show all that an error carries, secrets among it. */
export function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Unusable ? describe(error) : redacted(inspect(error))}\n`);
  // What was started already would keep the process alive.
  process.exit(error instanceof Unusable ? 2 : 1);
}

/** Where in the code an error arose: its text may be another each time. */
const placeOf = (error: unknown) => (error instanceof Error ? /\n\s+at .*/.exec(error.stack ?? '')?.[0] : undefined) ?? '';

/** From now on an error that nobody caught, in a timer or in the background, is told once and ends nothing: the readings go on. */
export function carryOn(log: Log): void {
  const told = new Set<string>();
  process.off('uncaughtException', fail).on('uncaughtException', (error) => {
    const place = placeOf(error);
    if (!told.has(place)) log.error(`this should not happen, please report it: ${redacted(inspect(error))}`);
    told.add(place);
  });
}
