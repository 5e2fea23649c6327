import { type Finding, findingIf } from '../../model/problem.ts';
import { isBackupOverdue } from './instance-backups.ts';
import type { InstanceReading } from './reading.ts';
import type { VisitResult } from './visit-instance.ts';

/** States in which nothing is wrong. */
const isWell = (state: string) => ['running', 'starting', 'stopping', 'answering'].includes(state);

const isBackupMissing = ({ details }: VisitResult) => {
  if (details === undefined) return undefined;
  return details.backups !== undefined && isBackupOverdue(details.backups, new Date());
};

/** What is wrong with a Home Assistant. */
export const instanceFindings = ({ visit, hint }: InstanceReading): Finding[] => [
  ...findingIf('unreachable', visit.reachable === false && !isWell(visit.state), () => ({
    severity: 'outage',
    text: hint ?? 'does not answer',
    step: visit.state,
    clearsAt: 'when it answers',
    remedy:
      'check on its machine whether it is running, and start it if not; if its address has changed, correct HA_BASE_URL',
    explainsDevice: true,
    failsCheck: true,
  })),
  ...findingIf('state', visit.reachable !== false && !isWell(visit.state), () => ({
    severity: visit.state === 'recovery_mode' ? 'outage' : 'degraded',
    text: hint ?? visit.state.replaceAll('_', ' '),
    step: visit.state,
    clearsAt: 'when it runs as usual',
    // In these two states it is at work, and read.
    ...(['safe_mode', 'recovery_mode'].includes(visit.state) ? {} : { failsCheck: true as const }),
  })),
  ...findingIf('backup', isBackupMissing(visit), () => ({
    severity: 'degraded',
    text: 'its last automatic backup is more than a day overdue',
    clearsAt: 'when one succeeds',
    remedy: 'Settings → System → Backups says why it failed',
  })),
];
