import { disabledDiagnostic, type MetricDeclarations } from '../../model/metric.ts';
import { type Finding, findingIf, type LastingFindings } from '../../model/problem.ts';
import { declareDeviceTable } from '../../model/table.ts';
import { type SiteAgentReading, type SiteReading, siteStateCauses } from './reading.ts';
import { type SitesTexts, sitesTexts } from './texts.ts';

const siteMetrics = {
  online: { kind: 'boolean', name: 'Online', deviceClass: 'connectivity', value: (r) => r.online },
  problem: {
    kind: 'boolean',
    name: 'Problem',
    deviceClass: 'problem',
    value: (r) => (r.cause === 'unknown' ? undefined : r.cause !== 'well'),
  },
  worst_problem: {
    kind: 'text',
    name: 'Worst problem',
    icon: 'mdi:message-alert',
    value: (r, texts?: SitesTexts) => r.text(texts),
  },
  cause: {
    kind: 'enum',
    name: 'Cause',
    icon: 'mdi:help-network',
    // Home Assistant has a word of its own for what is unknown, and warns of options that it does not know yet.
    options: siteStateCauses.filter((cause) => cause !== 'unknown'),
    value: (r) => (r.cause === 'unknown' ? undefined : r.cause),
  },
  since: { kind: 'timestamp', name: 'Since', value: (r) => r.since },
  agents_expected: { kind: 'gauge', name: 'Agents expected', icon: 'mdi:server-network', value: (r) => r.expected },
  agents_lost: { kind: 'gauge', name: 'Agents lost', icon: 'mdi:server-network-off', value: (r) => r.lost },
} satisfies MetricDeclarations<SiteReading>;

const agentMetrics = {
  agent_online: {
    kind: 'boolean',
    name: 'Agent answers the watch',
    deviceClass: 'connectivity',
    ...disabledDiagnostic,
    value: (r) => r.online,
  },
  agent_state: {
    kind: 'text',
    name: 'Agent state for the watch',
    icon: 'mdi:server-network',
    ...disabledDiagnostic,
    value: (r, texts?: SitesTexts) => r.text(texts),
  },
} satisfies MetricDeclarations<SiteAgentReading>;

/** What is wrong with a site and that no agent says: the agents' own problems are in their own lists, and so is a
 * router that does not answer from outside. */
const siteFindings = (
  { cause, outage, lostIds = [] }: SiteReading,
  _before?: LastingFindings,
  texts: SitesTexts = sitesTexts,
): Finding[] =>
  findingIf('site', outage !== undefined && cause !== 'router_unreachable', () => ({
    severity: 'outage',
    text: outage?.(texts) ?? '',
    step: outage?.() ?? '',
    clearsAt: texts.clearsWhenWhole,
    ...(cause === 'agent_lost' ? { remedy: texts.startOrForget(lostIds) } : {}),
    explainsDevice: true,
  }));

export const sitesTables = {
  site: declareDeviceTable({
    title: 'Site',
    icon: 'mdi:map-marker-radius',
    isMain: true,
    metrics: siteMetrics,
    problems: siteFindings,
  }),
  agent: declareDeviceTable({ title: 'Agent', icon: 'mdi:server-network', metrics: agentMetrics }),
};
