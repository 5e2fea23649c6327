import type { Problem } from '../../model/problem.ts';
import type { ProblemView } from './device-view.ts';

/** The problem with its text as a card shows it: with what explains it, and whether it may be over. */
export function viewOfProblem({ severity, text, certain, explainedBy }: Problem, all: readonly Problem[]): ProblemView {
  const explanation = all.find(({ id }) => id === explainedBy);
  const because = explanation === undefined ? '' : `, because of ${explanation.subject}`;
  return { severity, text: `${text}${certain ? '' : ' (last known)'}${because}` };
}
