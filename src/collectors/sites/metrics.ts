import type { Metrics } from '../../model/metric.ts';
import { type AgentReading, causes, type SiteReading } from './reading.ts';

const site: Metrics<SiteReading> = {
  online: { kind: 'flag', name: 'Online', deviceClass: 'connectivity', value: (r) => r.online },
  problem: { kind: 'flag', name: 'Problem', deviceClass: 'problem', value: (r) => r.cause !== 'well' },
  worst_problem: { kind: 'text', name: 'Worst problem', icon: 'mdi:message-alert', value: (r) => r.words },
  cause: { kind: 'choice', name: 'Cause', icon: 'mdi:help-network', options: causes, value: (r) => r.cause },
  since: { kind: 'instant', name: 'Since', value: (r) => r.since },
  agents_expected: { kind: 'gauge', name: 'Agents expected', icon: 'mdi:server-network', value: (r) => r.expected },
  agents_lost: { kind: 'gauge', name: 'Agents lost', icon: 'mdi:server-network-off', value: (r) => r.lost },
};

const agent: Metrics<AgentReading> = {
  agent_online: { kind: 'flag', name: 'Agent online', deviceClass: 'connectivity', category: 'diagnostic', value: (r) => r.online },
  agent_state: { kind: 'text', name: 'Agent state', icon: 'mdi:server-network', category: 'diagnostic', enabled: false, value: (r) => r.words },
};

export const metrics = { site, agent };
