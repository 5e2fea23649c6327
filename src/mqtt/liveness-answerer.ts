import { PerMinuteLimiter } from '../lib/per-minute-limiter.ts';
import { bounds } from '../model/bounds.ts';
import type { Secret } from '../model/secret.ts';
import { signLivenessAnswer } from './liveness-answer-signature.ts';
import { livenessAnswerPayload, parseLivenessQuestion } from './liveness-messages.ts';
import type { RunAfter } from './run-after.ts';

/** Milliseconds in which questions are collected beyond the limit. Who asks waits for 2.5 s. */
const collectMs = 200;

export interface LivenessAnswererContext {
  /** Of this agent. */
  pingTopic: string;
  password: Secret | undefined;
  /** Rejects if the answer can't be published. */
  publish(topic: string, payload: string): Promise<unknown>;
  after: RunAfter;
}

/** Answers other agents that ask whether this one is running. Anybody may ask: beyond so many questions a minute, those
 * of an interval are answered together, so that an agent is answered that asks during a flood. */
export class LivenessAnswerer {
  readonly #context: LivenessAnswererContext;
  readonly #limit = new PerMinuteLimiter(bounds.livenessAnswers);
  #collected = new CollectedQuestions();

  constructor(context: LivenessAnswererContext) {
    this.#context = context;
  }

  /** Takes a message on the ping topic of this agent. */
  receive(payload: string): void {
    const question = parseLivenessQuestion(payload);
    if (question === undefined) return;
    const { token, wantsSignature } = question;
    if (this.#limit.admit() !== undefined) return void this.#answer(token, wantsSignature);
    if (this.#collected.tokens.length === 0) this.#context.after(collectMs, () => this.#answerCollected());
    this.#collected.add(token, wantsSignature);
  }

  #answerCollected(): void {
    const { tokens, wantSignature } = this.#collected;
    this.#collected = new CollectedQuestions();
    void this.#answer(tokens.join(' '), wantSignature);
  }

  async #answer(tokens: string, isSigned: boolean): Promise<void> {
    const { pingTopic, password, publish } = this.#context;
    const signature =
      isSigned && password !== undefined ? await signLivenessAnswer(password, pingTopic, tokens) : undefined;
    await publish(pingTopic, livenessAnswerPayload(tokens, signature)).catch(() => undefined);
  }
}

/** Of more questions than one answer has room for, each is kept with the same probability (reservoir sampling),
 * whenever it comes and however often the others do. */
class CollectedQuestions {
  readonly tokens: string[] = [];
  /** Whether one of them wants a signature. */
  wantSignature = false;
  readonly #kept = new Set<string>();
  #count = 0;

  add(token: string, wantsSignature: boolean): void {
    if (wantsSignature) this.wantSignature = true;
    if (this.#kept.has(token)) return;
    const { items } = bounds.livenessAnswerTokens;
    const place = this.#count < items ? this.#count : Math.floor(Math.random() * (this.#count + 1));
    this.#count += 1;
    if (place >= items) return;
    this.#kept.delete(this.tokens[place] ?? '');
    this.#kept.add(token);
    this.tokens[place] = token;
  }
}
