import { describeError } from './errors.ts';
import { redactSecrets } from './secret.ts';
import { type AnyTranslatableText, renderTranslatableText } from './translation.ts';

/** An error in words of ours, which the agent says in its language; its message is English. */
export class TranslatableError extends Error {
  /** Without secrets, as `describeError` says other errors: a word of ours may name a mount with its login. */
  readonly wording: AnyTranslatableText;

  constructor(wording: AnyTranslatableText) {
    super(renderTranslatableText(wording));
    this.wording = typeof wording === 'string' ? redactSecrets(wording) : (texts) => redactSecrets(wording(texts));
  }
}

/** What an error says: in words of ours if it has any, else as `describeError` describes it. */
export const translatableTextOfError = (error: unknown): AnyTranslatableText =>
  error instanceof TranslatableError ? error.wording : describeError(error);
