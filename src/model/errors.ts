import { redactSecrets } from './secret.ts';

/** A wrong setting or argument; the message says what to change. Exit status 2. */
export class UsageError extends Error {}

function messageWithCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || ('code' in error ? String(error.code) : error.name);
  const causes = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  const causeMessages = [...new Set(causes.map(messageWithCauses))].filter((cause) => !own.includes(cause));
  return [own, ...causeMessages].filter(Boolean).join(': ');
}

/** The messages of an error and its causes, without secrets: `statfs /mnt/nas: timed out after 2 s`. */
export const describeError = (error: unknown): string => redactSecrets(messageWithCauses(error));
