import type { Problem } from '../../model/problem.ts';
import { formatProblemText } from '../problem-groups.ts';
import type { ProblemView } from './device-view.ts';
import type { PageTexts } from './texts.ts';

/** The problem with its text as a card shows it: with what explains it, and whether it may be over. */
export function viewOfProblem(problem: Problem, byId: ReadonlyMap<string, Problem>, texts: PageTexts): ProblemView {
  const explanation = problem.explainedBy === undefined ? undefined : byId.get(problem.explainedBy);
  const because = explanation === undefined ? '' : `, ${texts.becauseOf(explanation.subject)}`;
  return { severity: problem.severity, text: `${formatProblemText(problem)}${because}` };
}
