import { expect } from 'vitest';

/** Matches what says this in English. */
export const saying = (text: string) => expect.toSatisfy((wording?: () => string) => wording?.() === text);
