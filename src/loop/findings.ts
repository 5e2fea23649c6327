import type { ActiveFinding, LastingFinding, LastingFindings } from '../model/problem.ts';
import type { AnyTable } from '../model/table.ts';

const noFindings: LastingFindings = new Map();

/** A finding that has lasted keeps its beginning, and its text unless severity or step are new. */
function lastingFinding(finding: ActiveFinding, before: LastingFinding | undefined, at: Date): LastingFinding {
  if (before === undefined) return { ...finding, since: at, isCertain: true };
  const isSame = before.severity === finding.severity && before.step === finding.step;
  return { ...finding, ...(isSame ? { text: before.text } : {}), since: before.since, isCertain: true };
}

/** While nothing can be read, nothing is over. */
export const markFindingsUncertain = (before: LastingFindings = noFindings): LastingFindings =>
  new Map([...before].map(([key, finding]) => [key, { ...finding, isCertain: false }]));

/** The findings of a reading, each with its beginning. */
export function findingsOfReading(
  problems: AnyTable['problems'],
  reading: unknown,
  before: LastingFindings = noFindings,
  at: Date,
): LastingFindings {
  if (problems === undefined) return noFindings;
  const findings = new Map<string, LastingFinding>();
  for (const finding of problems(reading, before)) {
    const earlier = before.get(finding.key);
    if (!('isUnknown' in finding)) findings.set(finding.key, lastingFinding(finding, earlier, at));
    else if (earlier !== undefined) findings.set(finding.key, { ...earlier, isCertain: false });
  }
  return findings;
}
