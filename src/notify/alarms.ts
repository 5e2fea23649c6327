import type { Trouble } from '../views/troubles.ts';

/** What a person should hear. */
export interface Message {
  kind: 'trouble' | 'recovery';
  subject: string;
  text: string;
  /** When the trouble began. */
  since: Date;
  /** How long it lasted, once it is over. */
  seconds?: number;
}

interface Known {
  trouble: Trouble;
  since: Date;
  told: boolean;
  /** When it was not there any more. */
  over?: Date;
}

const secondsBetween = (from: Date, to: Date) => (to.getTime() - from.getTime()) / 1000;

/** One message for each subject: a drive that raises three flags at once has one cause. */
function bySubject(messages: readonly Message[]): Message[] {
  const merged = new Map<string, Message>();
  for (const message of messages) {
    const key = `${message.kind} ${message.subject}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? message : { ...before, text: `${before.text}; ${message.text}`, since: before.since < message.since ? before.since : message.since });
  }
  return [...merged.values()];
}

/** Tells each trouble once when it has lasted, and once when it is over for good: what flutters is one trouble. */
export class Alarms {
  readonly #known = new Map<string, Known>();
  readonly #patience: number;

  /** `patience`: seconds. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  look(troubles: readonly Trouble[], now: Date): Message[] {
    const there = new Set(troubles.map(({ id }) => id));
    return bySubject([
      ...troubles.flatMap((trouble) => this.#lasts(trouble, now)),
      ...[...this.#known.keys()].filter((id) => !there.has(id)).flatMap((id) => this.#isOver(id, now)),
    ]);
  }

  #lasts(trouble: Trouble, now: Date): Message[] {
    const known: Known = this.#known.get(trouble.id) ?? { trouble, since: now, told: false };
    this.#known.set(trouble.id, known);
    if (!trouble.quiet) known.trouble = trouble;
    delete known.over;
    // Seen by itself it has its own time to go.
    if (trouble.quiet && !known.told) known.since = now;
    if (trouble.quiet || known.told || secondsBetween(known.since, now) < this.#patience) return [];
    known.told = true;
    return [{ kind: 'trouble', subject: trouble.subject, text: trouble.text, since: known.since }];
  }

  #isOver(id: string, now: Date): Message[] {
    const known = this.#known.get(id);
    if (known === undefined) return [];
    known.over ??= now;
    if (known.told && secondsBetween(known.over, now) < this.#patience) return [];
    this.#known.delete(id);
    const { trouble, since, told, over } = known;
    return told ? [{ kind: 'recovery', subject: trouble.subject, text: trouble.text, since, seconds: secondsBetween(since, over) }] : [];
  }
}
