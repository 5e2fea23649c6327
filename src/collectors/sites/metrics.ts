import type { MetricDeclarations } from '../../model/metric.ts';
import { type Finding, findingIf } from '../../model/problem.ts';
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

/** What is wrong with a site and can't be said by an agent there; the agents' own problems are in their own lists. */
const siteProblems = ({ cause, text }: SiteReading): Finding[] =>
  findingIf('site', cause !== 'well' && cause !== 'problem', () => ({
    severity: 'outage',
    text,
    step: `${cause} ${text}`,
    clearsAt: 'when the site answers as a whole',
    explainsDevice: true,
  }));

export const sitesTables = {
  site: deviceTable({
    title: 'Site',
    icon: 'mdi:map-marker-radius',
    isMain: true,
    metrics: siteMetrics,
    problems: siteProblems,
  }),
  agent: deviceTable({ title: 'Agent', icon: 'mdi:server-network', metrics: agentMetrics }),
};
