import type { Section } from './thing.ts';

/** One thing that is wrong: what, in which words, since when, and where on the page it stands. */
export interface Wrong {
  subject: string;
  words: readonly string[];
  since?: Date | undefined;
  place: string;
}

/** What is wrong with the whole of a section, then with each of its things, with what would mend it. */
export const wrongOf = (sections: readonly Section[]): Wrong[] =>
  sections.flatMap(({ id, title, wrong, failing, read, things }) => [
    ...(wrong.length === 0 ? [] : [{ subject: title, words: wrong, since: failing ? read : undefined, place: `${id}/` }]),
    ...things
      .flatMap((device) => [device, ...device.parts])
      .filter((thing) => thing.wrong.length > 0)
      .map((thing) => ({ subject: thing.fullName, words: [...thing.wrong, ...(thing.hint === undefined ? [] : [thing.hint])], since: thing.lostSince, place: thing.id })),
  ]);
