import type { ReportedAgent, ReportedProblem } from '../../model/agent-directory.ts';
import { slug } from '../../model/naming.ts';
import { compareSeverities, isFaultSeverity, type Severity } from '../../model/problem.ts';
import type { TranslatableText } from '../../model/translation.ts';
import { type SiteKeyOfSlug, siteKey } from './site-keys.ts';
import { type SitesTexts, sitesTexts } from './texts.ts';

/** A problem of a site, with the words for it. */
export interface DescribedProblem {
  severity: Severity;
  text: TranslatableText<SitesTexts>;
}

/** A problem that an agent reports. */
export interface AgentReportedProblem extends DescribedProblem {
  /** Key of the site at which it is. */
  site: string;
  /** Slug of the device; that of the site if it has the name of one. */
  device: string | undefined;
}

/** The subject with the name of its agent, unless it begins with that. */
const subjectWithAgent = (agent: string, subject: string) =>
  `${slug(subject)}_`.startsWith(`${slug(agent)}_`) ? subject : `${agent}: ${subject}`;

/** Faults that an agent reports and that nothing explains. While it does not answer, only data at risk counts:
 * everything else may be over, or comes from what took the agent away. */
const faultsOf = ({ problems }: ReportedAgent, isAnswering: boolean): ReportedProblem[] =>
  (problems?.list ?? []).filter(
    ({ severity, explainedBy }) =>
      explainedBy === undefined && isFaultSeverity(severity) && (isAnswering || severity === 'data_at_risk'),
  );

/** The problems that agents report, each cause once. `siteKeys`: a device with the name of a site belongs to that site,
 * whichever agent watches it; every other one to the site of its agent. */
export function problemsReportedByAgents(
  agents: readonly ReportedAgent[],
  answering: ReadonlySet<ReportedAgent>,
  siteKeys: ReadonlySet<string>,
  keyOfSlug: SiteKeyOfSlug,
): AgentReportedProblem[] {
  const byCause = new Map<string, AgentReportedProblem>();
  for (const agent of agents) {
    const isAnswering = answering.has(agent);
    for (const { cause, subject, severity, text, certain, device } of faultsOf(agent, isAnswering)) {
      const other = byCause.get(cause);
      if (other !== undefined && compareSeverities(other.severity, severity) <= 0) continue;
      const ofDevice = device === undefined ? undefined : keyOfSlug(device.device);
      const reported = `${subjectWithAgent(agent.name, subject)}: ${text}`;
      byCause.set(cause, {
        severity,
        text: (texts = sitesTexts) => (certain && isAnswering ? reported : `${reported} ${texts.lastKnown}`),
        site: ofDevice !== undefined && siteKeys.has(ofDevice) ? ofDevice : siteKey(agent.site),
        device: ofDevice,
      });
    }
  }
  return [...byCause.values()];
}

/** The worst problem, and how many more there are; of equal ones the first by its English text, so that it is the same
 * one in every language. */
export function describeWorstProblemAndCount(
  problems: readonly DescribedProblem[],
  omittedCount: number,
): TranslatableText<SitesTexts> | undefined {
  const [worst, ...others] = problems.toSorted(
    (a, b) => compareSeverities(a.severity, b.severity) || a.text().localeCompare(b.text()),
  );
  if (worst === undefined) return undefined;
  const more = others.length + omittedCount;
  return more === 0 ? worst.text : (texts = sitesTexts) => texts.andMore(worst.text(texts), more, omittedCount > 0);
}
