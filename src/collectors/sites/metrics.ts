import type { MetricDeclarations } from '../../model/metric.ts';
import { deviceTable } from '../../model/table.ts';
import { type SiteAgentReading, type SiteReading, siteCauses } from './reading.ts';

const siteMetrics: MetricDeclarations<SiteReading> = {
  online: { kind: 'boolean', name: 'Online', deviceClass: 'connectivity', value: (r) => r.online },
  problem: { kind: 'boolean', name: 'Problem', deviceClass: 'problem', value: (r) => r.cause !== 'well' },
  worst_problem: { kind: 'text', name: 'Worst problem', icon: 'mdi:message-alert', value: (r) => r.text },
  cause: { kind: 'enum', name: 'Cause', icon: 'mdi:help-network', options: siteCauses, value: (r) => r.cause },
  since: { kind: 'timestamp', name: 'Since', value: (r) => r.since },
  agents_expected: { kind: 'gauge', name: 'Agents expected', icon: 'mdi:server-network', value: (r) => r.expected },
  agents_lost: { kind: 'gauge', name: 'Agents lost', icon: 'mdi:server-network-off', value: (r) => r.lost },
};

const agentMetrics: MetricDeclarations<SiteAgentReading> = {
  agent_online: {
    kind: 'boolean',
    name: 'Agent online',
    deviceClass: 'connectivity',
    category: 'diagnostic',
    value: (r) => r.online,
  },
  agent_state: {
    kind: 'text',
    name: 'Agent state',
    icon: 'mdi:server-network',
    category: 'diagnostic',
    enabled: false,
    value: (r) => r.text,
  },
};

export const sitesTables = {
  site: deviceTable({ title: 'Site', icon: 'mdi:map-marker-radius', isMain: true, metrics: siteMetrics }),
  agent: deviceTable({ title: 'Agent', icon: 'mdi:server-network', metrics: agentMetrics }),
};
