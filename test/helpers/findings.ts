import { lastingFindingsAfterReading } from '../../src/loop/findings.ts';
import type { Finding, LastingFindings } from '../../src/model/problem.ts';

/** What is wrong after the last of these readings: `full degraded: nearly full`, with a question mark if it may be
 * over. */
export function findingsAfter<Reading>(
  problems: (reading: Reading, before: LastingFindings) => readonly Finding[],
  ...readings: Reading[]
): string[] {
  let findings: LastingFindings = new Map();
  for (const [minute, reading] of readings.entries())
    findings = lastingFindingsAfterReading(
      problems as never,
      reading,
      findings,
      new Date(Date.UTC(2026, 0, 1, 0, minute)),
    );
  return [...findings.values()].map(
    ({ key, severity, text, isCertain }) => `${key} ${severity}: ${text}${isCertain ? '' : '?'}`,
  );
}
