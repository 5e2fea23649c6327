import { type Finding, findingIf } from '../../model/problem.ts';
import type { InstanceReading } from './reading.ts';

/** States in which nothing is wrong. */
const isWell = (state: string) => ['running', 'starting', 'stopping', 'answering'].includes(state);

/** What is wrong with a Home Assistant. */
export const instanceProblems = ({ visit, hint }: InstanceReading): Finding[] => [
  ...findingIf('unreachable', !visit.reachable && !isWell(visit.state), () => ({
    severity: 'outage',
    text: hint ?? 'does not answer',
    step: visit.state,
    clearsAt: 'when it answers',
    explainsDevice: true,
  })),
  ...findingIf('state', visit.reachable && !isWell(visit.state), () => ({
    severity: visit.state === 'recovery_mode' ? 'outage' : 'degraded',
    text: hint ?? visit.state.replaceAll('_', ' '),
    step: visit.state,
    clearsAt: 'when it runs as usual',
  })),
];
