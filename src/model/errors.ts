import { redactSecrets } from './secret.ts';

/** A wrong setting or argument; the message says what to change. Exit status 2. */
export class UsageError extends Error {}

/** An error in the agent's own words: its message is not redacted, because a gap in a known sentence would tell the
 * secret. What others said is its cause, or went through `describeError`. */
export class UnredactedMessageError extends Error {}

/** The messages of an error and its causes, without secrets: `statfs /mnt/nas: timed out after 2 s`. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return redactSecrets(String(error));
  const text = error.message || ('code' in error ? String(error.code) : error.name);
  // OpenSSL's messages end with a line break.
  const own = (error instanceof UnredactedMessageError ? text : redactSecrets(text)).trim();
  const causes = error instanceof AggregateError ? error.errors : error.cause === undefined ? [] : [error.cause];
  const causeMessages = [...new Set(causes.map(describeError))].filter((cause) => !own.includes(cause));
  return [own, ...causeMessages].filter(Boolean).join(': ');
}
