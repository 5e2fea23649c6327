import { generalProblemTexts } from '../model/general-problem-texts.ts';
import type { Problem } from '../model/problem.ts';

/** The text of a problem, and whether it may be over. */
export const markProblemTextIfLastKnown = (
  { text, certain }: Pick<Problem, 'text' | 'certain'>,
  { lastKnown } = generalProblemTexts,
): string => `${text}${certain ? '' : ` ${lastKnown}`}`;

/** A problem as every list shows it: “nas cloud: does not answer”. */
export const formatProblem = (
  problem: Pick<Problem, 'subject' | 'text' | 'certain'>,
  texts = generalProblemTexts,
): string => `${problem.subject}: ${markProblemTextIfLastKnown(problem, texts)}`;

/** A problem that nothing explains, and those that it explains. */
export interface ProblemWithConsequences {
  problem: Problem;
  consequences: readonly Problem[];
}

/** Groups problems by their cause, in the order of the list. */
export function groupProblemsByCause(problems: readonly Problem[]): ProblemWithConsequences[] {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const causeOf = (problem: Problem): Problem => {
    const explanation = problem.explainedBy === undefined ? undefined : byId.get(problem.explainedBy);
    return explanation === undefined ? problem : causeOf(explanation);
  };
  const consequences = new Map<Problem, Problem[]>();
  for (const problem of problems) {
    const cause = causeOf(problem);
    const known = consequences.get(cause) ?? [];
    consequences.set(cause, known);
    if (problem !== cause) known.push(problem);
  }
  return problems.flatMap((problem) => {
    const explained = consequences.get(problem);
    return explained === undefined ? [] : [{ problem, consequences: explained }];
  });
}
