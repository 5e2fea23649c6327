import type { PageSection } from './device-view.ts';

/** A line of the summary; `place` is the id of the HTML element that it links to. */
export interface ProblemItem {
  subject: string;
  texts: readonly string[];
  since?: Date | undefined;
  place: string;
}

/** Problems of each section as a whole, then those of its devices and parts, with the hint that helps. */
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
