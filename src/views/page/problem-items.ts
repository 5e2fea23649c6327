import type { PageSection } from './device-view.ts';

/** One thing that is wrong: what, in which words, since when, and where on the page it stands. */
export interface ProblemItem {
  subject: string;
  texts: readonly string[];
  since?: Date | undefined;
  place: string;
}

/** What is wrong with the whole of a section, then with each of its things, with what would mend it. */
export const listProblemItems = (sections: readonly PageSection[]): ProblemItem[] =>
  sections.flatMap(({ id, title, problems, isFailing, lastRead, devices }) => [
    ...(problems.length === 0
      ? []
      : [{ subject: title, texts: problems, since: isFailing ? lastRead : undefined, place: `${id}/` }]),
    ...devices
      .flatMap((device) => [device, ...device.parts])
      .filter((view) => view.problems.length > 0)
      .map((view) => ({
        subject: view.fullName,
        texts: [...view.problems, ...(view.hint === undefined ? [] : [view.hint])],
        since: view.lostSince,
        place: view.id,
      })),
  ]);
