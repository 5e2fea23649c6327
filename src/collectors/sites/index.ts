import { setTimeout as pause } from 'node:timers/promises';
import type { Collector, Observation } from '../../model/collector.ts';
import type { Device } from '../../model/device.ts';
import { deviceIdentifier } from '../../model/naming.ts';
import type { Agent } from '../../model/state.ts';
import { metrics } from './metrics.ts';
import type { SitesReadings } from './reading.ts';
import { settings } from './settings.ts';
import { memory, Since } from './since.ts';
import { survey } from './survey.ts';
import { type Verdict, verdicts } from './verdict.ts';

const id = 'sites';

/** Milliseconds that the first look waits for the broker. */
const patience = 4000;

const siteDevice = (site: string | undefined): Device => (site === undefined ? { id: 'no site', name: 'No site', model: 'Site' } : { id: site, name: site, model: 'Site', site });

/** The agent's own device, to which this adds how it is seen from here. */
const agentDevice = (watch: Agent, agent: string, site: string | undefined): Device => ({
  id: `agent ${agent}`,
  name: agent,
  identifier: deviceIdentifier({ ...watch, id: agent }, agent),
  via: siteDevice(site).id,
});

/** Every site of the lab, from what all agents on the broker say. */
export const sites: Collector<SitesReadings, typeof settings.shape> = {
  id,
  title: 'Sites',
  env: settings,
  schedule: '*/5 * * * * *',
  ofLab: true,
  metrics,
  memory,
  open(env, { agent: watch, memory, lab }) {
    if (env.SITES === 'false') return { off: 'SITES is not true' };
    if (lab === undefined) return { off: 'only a running agent hears the others' };
    const since = new Since(memory);
    const known = new Map<string, { of: 'site' | 'agent'; device: Device }>();

    function observe({ site, reading, agents }: Verdict, now: Date): Observation<SitesReadings>[] {
      const device = siteDevice(site);
      return [
        { of: 'site', device, reading: { ...reading, since: since.of(device.id, reading.cause, now) } },
        ...agents.map(({ id, ...reading }): Observation<SitesReadings> => ({ of: 'agent', device: agentDevice(watch, id, site), reading })),
      ];
    }

    return {
      async read(signal) {
        await Promise.race([lab.loaded, pause(patience, undefined, { signal, ref: false })]);
        if (!lab.current) throw new Error(lab.error ?? 'what the agents say can’t be heard without a connection to the broker');
        const now = new Date();
        const found = verdicts(survey(lab, id, watch.id), watch.site).flatMap((verdict) => observe(verdict, now));
        const seen = new Set<string>();
        for (const observation of found) {
          if (!('of' in observation)) continue;
          seen.add(observation.device.id);
          known.set(observation.device.id, { of: observation.of, device: observation.device });
        }
        // What was forgotten leaves no trace.
        const forgotten = [...known.values()].filter(({ device }) => !seen.has(device.id));
        return [...found, ...forgotten.map((one): Observation<SitesReadings> => ({ ...one, excluded: true }))];
      },
    };
  },
};
