import type { ActiveFinding, LastingFinding, LastingFindings } from '../model/problem.ts';
import type { AnyTableDeclaration } from '../model/table.ts';
import type { CollectorTextsAndLanguage } from '../model/translation.ts';

const noFindings: LastingFindings = new Map();

/** A finding that has lasted keeps its beginning, and its text unless severity, step or language are new. */
function lastingFinding(
  finding: ActiveFinding,
  before: LastingFinding | undefined,
  at: Date,
  language: string | undefined,
): LastingFinding {
  const own = language === undefined ? finding : { ...finding, language };
  if (before === undefined) return { ...own, since: at, isCertain: true };
  const isSame = before.severity === finding.severity && before.step === finding.step && before.language === language;
  return { ...own, ...(isSame ? { text: before.text } : {}), since: before.since, isCertain: true };
}

/** While nothing can be read, nothing is over. */
export const markFindingsUncertain = (before: LastingFindings = noFindings): LastingFindings =>
  new Map([...before].map(([key, finding]) => [key, { ...finding, isCertain: false }]));

/** The findings of a reading, each with its beginning. */
export function lastingFindingsAfterReading(
  problems: AnyTableDeclaration['problems'],
  reading: unknown,
  before: LastingFindings = noFindings,
  at: Date,
  { texts, language }: CollectorTextsAndLanguage = {},
): LastingFindings {
  if (problems === undefined) return noFindings;
  const findings = new Map<string, LastingFinding>();
  for (const finding of problems(reading, before, texts)) {
    const earlier = before.get(finding.key);
    if (!('isUnknown' in finding)) findings.set(finding.key, lastingFinding(finding, earlier, at, language));
    else if (earlier !== undefined) findings.set(finding.key, { ...earlier, isCertain: false });
  }
  return findings;
}
