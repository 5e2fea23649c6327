import { type Finding, findingIf, type LastingFindings } from '../../model/problem.ts';
import { isBackupOverdue } from './instance-backups.ts';
import type { InstanceReading } from './reading.ts';
import { type HomeAssistantTexts, homeAssistantTexts } from './texts.ts';
import type { VisitResult } from './visit-instance.ts';

/** States in which nothing is wrong. */
const isWell = (state: string) => ['running', 'starting', 'stopping', 'answering'].includes(state);

const isBackupMissing = ({ details }: VisitResult) => {
  if (details === undefined) return undefined;
  return details.backups !== undefined && isBackupOverdue(details.backups, new Date());
};

/** What is wrong with a Home Assistant. */
export const instanceFindings = (
  { visit, hint }: InstanceReading,
  _before?: LastingFindings,
  texts: HomeAssistantTexts = homeAssistantTexts,
): Finding[] => [
  ...findingIf('unreachable', visit.reachable === false && !isWell(visit.state), () => ({
    severity: 'outage',
    text: hint?.(texts) ?? texts.noAnswer,
    step: visit.state,
    clearsAt: texts.clearsWhenAnswering,
    remedy: texts.checkRunning,
    explainsDevice: true,
    failsCheck: true,
  })),
  ...findingIf('state', visit.reachable !== false && !isWell(visit.state), () => ({
    severity: visit.state === 'recovery_mode' ? 'outage' : 'degraded',
    text: hint?.(texts) ?? visit.state.replaceAll('_', ' '),
    step: visit.state,
    clearsAt: texts.clearsWhenRunning,
    // In these two states it is at work, and read.
    ...(['safe_mode', 'recovery_mode'].includes(visit.state) ? {} : { failsCheck: true as const }),
  })),
  ...findingIf('backup', isBackupMissing(visit), () => ({
    severity: 'degraded',
    text: texts.backupOverdue,
    clearsAt: texts.clearsWithBackup,
    remedy: texts.seeBackups,
  })),
];
