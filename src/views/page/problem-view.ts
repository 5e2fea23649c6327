import type { Problem } from '../../model/problem.ts';
import type { Language } from '../language.ts';
import { markProblemTextIfLastKnown } from '../problem-groups.ts';
import type { ProblemView } from './device-view.ts';

/** The problem with its text as a card shows it: with what explains it, and whether it may be over. */
export function viewOfProblem(
  problem: Problem,
  byId: ReadonlyMap<string, Problem>,
  { page, problems }: Pick<Language, 'page' | 'problems'>,
): ProblemView {
  const explanation = problem.explainedBy === undefined ? undefined : byId.get(problem.explainedBy);
  const because = explanation === undefined ? '' : `, ${page.becauseOf(explanation.subject)}`;
  return { severity: problem.severity, text: `${markProblemTextIfLastKnown(problem, problems)}${because}` };
}
