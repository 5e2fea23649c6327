import { describeError } from './errors.ts';
import { type AnyWording, textOfWording } from './translation.ts';

/** An error in words of ours, which the agent says in its language; its message is English. */
export class WordedError extends Error {
  readonly wording: AnyWording;

  constructor(wording: AnyWording) {
    super(textOfWording(wording));
    this.wording = wording;
  }
}

/** What an error says: in words of ours if it has any, else as `describeError` describes it. */
export const wordingOfError = (error: unknown): AnyWording =>
  error instanceof WordedError ? error.wording : describeError(error);
