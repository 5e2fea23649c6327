import { allCollectors } from '../collectors/index.ts';
import type { MutableAgentState } from '../loop/mutable-agent-state.ts';
import type { Problem, Severity } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { formatProblem, groupProblemsByCause, markProblemTextIfLastKnown } from '../views/problem-groups.ts';
import { findProblems } from '../views/problems.ts';
import type { CheckAndOnceLanguage } from './load-language.ts';
import { colorize } from './terminal.ts';

const colors: Record<Severity, Parameters<typeof colorize>[0]> = {
  data_at_risk: 'red',
  outage: 'red',
  degraded: 'yellow',
  notice: 'cyan',
};

const withSerialNumber = ({ subject, serialNumber }: Problem) =>
  `${subject}${serialNumber === undefined ? '' : ` (${serialNumber})`}`;

/** What a command has found wrong as lines for a terminal: each problem with what to do and what it explains. The
 * broker is left out: a command may not have connected to it. */
export const problemLinesFromState = (
  agent: AgentIdentity,
  state: MutableAgentState,
  language: CheckAndOnceLanguage,
  includes: (problem: Problem) => boolean = () => true,
): string[] => {
  const { severities, texts } = language;
  const problems = findProblems(allCollectors, agent, state, language);
  return groupProblemsByCause(problems.filter((problem) => problem.place !== 'broker' && includes(problem))).flatMap(
    ({ problem, consequences }) => [
      `${colorize(colors[problem.severity], severities[problem.severity])}: ${withSerialNumber(problem)}: ${markProblemTextIfLastKnown(problem, language.problems)}`,
      ...(problem.remedy === undefined ? [] : [`  ${problem.remedy}`]),
      ...consequences.map((one) => `  ${texts.alsoAffected(formatProblem(one, language.problems))}`),
    ],
  );
};
