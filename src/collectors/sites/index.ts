import { setTimeout as pause } from 'node:timers/promises';
import { bounds } from '../../model/bounds.ts';
import type { CollectorComplaint, CollectorDefinition, ObservationOrComplaint } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import { deviceIdentifier, slug } from '../../model/naming.ts';
import type { AgentIdentity } from '../../model/state.ts';
import { TranslatableError } from '../../model/translatable-error.ts';
import { projectName } from '../../version.ts';
import { sitesTables } from './metrics.ts';
import type { SitesReadingByTable } from './reading.ts';
import { sitesSettingsSchema } from './settings.ts';
import { SiteCauseStartTimes, siteCauseMemoryFormat } from './site-cause-start-times.ts';
import { determineSiteVerdicts, type SiteVerdict } from './site-verdict.ts';
import { type SitesTexts, sitesTexts } from './texts.ts';

const collectorId = 'sites';

/** Milliseconds that the first reading waits for the broker. */
const brokerTimeoutMs = 4000;

const siteDevice = (site: string | undefined): Device =>
  site === undefined
    ? { id: 'no site', name: 'No site', manufacturer: projectName, model: 'Site' }
    : { id: site, name: site, manufacturer: projectName, model: 'Site', site };

/** The device of the agent itself, to which this collector adds entities. */
const agentDevice = (
  monitor: AgentIdentity,
  { id, name }: { id: string; name: string },
  site: string | undefined,
): Device => ({
  id: `agent ${id}`,
  name,
  identifier: deviceIdentifier({ ...monitor, id }, id),
  via: siteDevice(site).id,
});

/** Of the agents on the broker some are left out. */
const tooManyAgents: CollectorComplaint = {
  complaint: (texts: SitesTexts = sitesTexts) =>
    texts.moreThanTaken(bounds.reportedAgents.items, bounds.devicesOfReportedAgent.items),
};

/** Reports on every site of the lab, from what all agents on the broker publish. */
export const sitesCollector: CollectorDefinition<SitesReadingByTable, typeof sitesSettingsSchema.shape> = {
  id: collectorId,
  title: 'Sites',
  summary: {
    subject: 'Sites',
    page: 'sites.md',
    withSetting:
      '`SITES=true`: whether each location is online and, if not, why; an outage raises one alarm, not one for each device',
  },
  env: sitesSettingsSchema,
  schedule: '*/5 * * * * *',
  scope: 'lab',
  tables: sitesTables,
  memory: siteCauseMemoryFormat,
  async open(env, { agent: monitor, memory, agentDirectory, removeLostAgent }) {
    if (!env.SITES) return { inactiveReason: 'sites_not_true' };
    if (agentDirectory === undefined) return { inactiveReason: 'agent_not_running' };
    const causes = new SiteCauseStartTimes(memory);
    /** Ids by the slug of the device. */
    const lostAgents = new Map<string, string>();
    const publishedDevices = new Map<string, { table: 'site' | 'agent'; device: Device }>();

    function observe({ site, reading, agents }: SiteVerdict, now: Date): ObservationOrComplaint<SitesReadingByTable>[] {
      const device = siteDevice(site);
      return [
        { table: 'site', device, reading: { ...reading, since: causes.sinceWhen(device.id, reading.cause, now) } },
        ...agents.map(({ id, name, ...reading }): ObservationOrComplaint<SitesReadingByTable> => {
          const canBeForgotten = reading.online === false;
          const ofAgent = agentDevice(monitor, { id, name }, site);
          if (canBeForgotten) lostAgents.set(slug(ofAgent.id), id);
          return { table: 'agent', device: ofAgent, reading, canBeForgotten };
        }),
      ];
    }

    return {
      async forget(device) {
        const id = lostAgents.get(device);
        if (id === undefined) throw new Error('this agent is not lost');
        await removeLostAgent?.(id);
      },
      async read(signal) {
        await Promise.race([agentDirectory.loaded, pause(brokerTimeoutMs, undefined, { signal })]);
        if (!agentDirectory.isCurrent)
          throw new TranslatableError(agentDirectory.error ?? ((texts = sitesTexts) => texts.statesUnknown));
        const now = new Date();
        lostAgents.clear();
        const observations = determineSiteVerdicts(agentDirectory, monitor, collectorId).flatMap((verdict) =>
          observe(verdict, now),
        );
        const currentIds = new Set<string>();
        for (const observation of observations) {
          if (!('table' in observation)) continue;
          currentIds.add(observation.device.id);
          publishedDevices.set(observation.device.id, { table: observation.table, device: observation.device });
        }
        // Devices of forgotten sites and agents are removed.
        const forgotten = [...publishedDevices.values()].filter(({ device }) => !currentIds.has(device.id));
        return [
          ...(agentDirectory.isFull === true ? [tooManyAgents] : []),
          ...observations,
          ...forgotten.map((entry): ObservationOrComplaint<SitesReadingByTable> => ({ ...entry, excluded: true })),
        ];
      },
    };
  },
};
