// What agents ask each other on their ping topics, and answer.

const questionPattern = /^who is there\? ([\w-]{1,64})( signed)?$/;
const answerPattern = /^I am: ([\w -]+?)(?: signed ([\w-]{43}))?$/;

export const livenessQuestionPayload = (token: string) => `who is there? ${token}`;

/** A question whose answer has to show that it comes from somebody with the same MQTT_PASSWORD. */
export const signedLivenessQuestionPayload = (token: string) => `${livenessQuestionPayload(token)} signed`;

export interface LivenessQuestion {
  token: string;
  wantsSignature: boolean;
}

/** Undefined for any other message. */
export function parseLivenessQuestion(payload: string): LivenessQuestion | undefined {
  const [, token, signed] = questionPattern.exec(payload) ?? [];
  return token === undefined ? undefined : { token, wantsSignature: signed !== undefined };
}

/** To one question, or to several at a time. */
export interface LivenessAnswer {
  /** The tokens of the questions, separated by spaces. */
  tokens: string;
  /** Of the tokens: see signLivenessAnswer. */
  signature: string | undefined;
}

export const livenessAnswerPayload = (tokens: string, signature?: string) =>
  `I am: ${tokens}${signature === undefined ? '' : ` signed ${signature}`}`;

/** Undefined for a message that does not answer the question with this token. */
export function parseLivenessAnswer(payload: string, token: string): LivenessAnswer | undefined {
  const [, tokens, signature] = answerPattern.exec(payload) ?? [];
  return tokens?.split(' ').includes(token) ? { tokens, signature } : undefined;
}
