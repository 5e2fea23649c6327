import { redactSecrets } from './secret.ts';

/** The program can't do its work as it is set up, and says what to change: exit status 2. */
export class UsageError extends Error {}

function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || ('code' in error ? String(error.code) : error.name);
  const causes = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  const behind = [...new Set(causes.map(inWords))].filter((cause) => !own.includes(cause));
  return [own, ...behind].filter(Boolean).join(': ');
}

/** An error in words, with the causes behind it and without secrets: `statfs /mnt/nas: timed out after 2 s`. */
export const describeError = (error: unknown): string => redactSecrets(inWords(error));
