import { allCollectors } from '../../../src/collectors/index.ts';
import { MutableAgentState } from '../../../src/loop/mutable-agent-state.ts';
import type { Language } from '../../../src/views/language.ts';
import type { Readings } from '../reporting-agent.ts';
import { cloud, dying, filesystem, full, GiB, hanging, host, instance, router, shed, site } from './readings.ts';

export interface Situation {
  /** The readings of each collector, one after the other; a text is an error of the collector. */
  readings: Record<string, (Readings | string)[]>;
  /** What is wrong, the worst first. */
  wrong: string[];
  /** What these explain. */
  explained?: string[];
  /** What is not told, since it is a notice or may be over. */
  untold?: string[];
}

const lastKnown = (text: string) => `${text} (last known)`;
const spare = 'data_at_risk nas Samsung SSD 990 PRO: available spare below threshold (7 %, threshold 10 %)';
/** What HTML and Markdown take for markup, and an address that Markdown makes a link of. */
const markup = '/<b>&amp;"\'**a**_b_`c`~~d~~[e](f)|#1\\* http://g_h.i/';
const noSpace = 'outage nas File system /tank: no space left';

export const situations: Record<string, Situation> = {
  'all is well': { readings: { host: [host()] }, wrong: [] },
  'a full disk': { readings: { host: [[...host(), full]] }, wrong: [noSpace] },
  'a nearly full disk': {
    readings: { host: [[...host(), filesystem('/', { available: 3 * GiB, usedRatio: 0.97 })]] },
    wrong: ['degraded nas File system /: nearly full: 95 % used'],
  },
  'a root that became read-only': {
    readings: { host: [[...host(), filesystem('/', { readOnly: true, wasWritable: true })]] },
    wrong: ['outage nas File system /: became read-only'],
  },
  'a dying drive': { readings: { nvme: [dying] }, wrong: [spare] },
  'a drive that vanished': {
    readings: {
      nvme: [[{ ...dying[0], reading: { problem: false, limits: {}, sensors: [] } } as Readings[number]], []],
    },
    wrong: ['outage nas Samsung SSD 990 PRO: no longer present'],
  },
  'the line is down, which explains the internet connection and what lies beyond': {
    readings: { router: [[...router({ wan: { link: false, access: 'dsl', status: 'disconnected' } }), cloud]] },
    wrong: ['outage nas home: the DSL line is out of sync'],
    explained: ['nas home: no internet connection', 'nas cloud: does not answer'],
  },
  'the router does not answer, which explains all behind it': {
    readings: { router: [[...router({ reachable: false, problem: true }), cloud, shed]] },
    wrong: ['outage nas home: does not answer'],
    explained: ['nas cloud: does not answer', 'nas home shed: not connected'],
  },
  'a repeater is off': {
    readings: { router: [[...router({}), shed]] },
    wrong: ['degraded nas home shed: not connected'],
  },
  'two things at once': { readings: { host: [[...host(), full]], nvme: [dying] }, wrong: [spare, noSpace] },
  'memory is used up': {
    readings: { host: [host({ memoryShortSeconds: 400 })] },
    wrong: ['degraded nas: memory is used up: less than 5 % available, and swapping or waiting for it'],
  },
  'failed units, and a reboot': {
    readings: {
      host: [host({ failedUnits: ['backup.service', 'smbd.service'], reboot: { required: true } as never })],
    },
    wrong: ['degraded nas: failed systemd units: backup.service, smbd.service', 'notice nas: a reboot is required'],
    untold: ['notice nas: a reboot is required'],
  },
  'Home Assistant is down': {
    readings: { home_assistant: [instance(false, 'refused', 'nothing listens at nas.lan:8123')] },
    wrong: ['outage Home Assistant: nothing listens at nas.lan:8123'],
  },
  'Home Assistant refuses the token': {
    readings: { home_assistant: [instance(true, 'token_refused', 'it refuses HA_TOKEN')] },
    wrong: ['degraded Home Assistant: it refuses HA_TOKEN'],
  },
  'a collector fails': {
    readings: { nvme: [dying, 'timed out after 10 s'] },
    wrong: [lastKnown(spare), 'degraded NVMe drives: timed out after 10 s'],
    untold: [lastKnown(spare)],
  },
  'a collector misses what the settings name': {
    readings: { nvme: [[{ complaint: 'NVME_DEVICES: there is no drive Z', key: 'Z' }]] },
    wrong: ['degraded NVMe drives: NVME_DEVICES: there is no drive Z'],
  },
  'a mount that hangs after it was full': {
    readings: {
      host: [
        [...host(), full],
        [...host(), hanging],
      ],
    },
    wrong: [lastKnown(noSpace), 'degraded nas File system /tank: /tank (nfs4): does not answer'],
    untold: [lastKnown(noSpace)],
  },
  'a weak supply, which explains that the processor is slow': {
    readings: { host: [host({ throttled: true, underVoltage: true })] },
    wrong: ['degraded nas: the supply voltage is too low'],
    explained: ['nas: the processor is slowed down'],
  },
  'a nearly full disk that has no space left': {
    readings: {
      host: [
        [...host(), filesystem('/tank', { available: 3 * GiB, usedRatio: 0.97 })],
        [...host(), full],
      ],
    },
    wrong: [noSpace],
  },
  'a disk that fills, and one without inodes': {
    readings: {
      host: [
        [
          ...host(),
          filesystem('/srv', { available: 10 * GiB, usedRatio: 0.9, secondsToFull: 2 * 86_400 }),
          filesystem('/var', { inodesUsedRatio: 1 }),
        ],
      ],
    },
    wrong: [
      'outage nas File system /var: no inodes left',
      'degraded nas File system /srv: full within three days at this rate',
    ],
  },
  'a clock that is not set': {
    readings: { host: [host({ clockSynchronized: false })] },
    wrong: ['notice nas: the clock is not synchronized'],
    untold: ['notice nas: the clock is not synchronized'],
  },
  'a DNS server that does not answer': {
    readings: {
      router: [router({ dns: { answers: false }, wan: { link: true, access: 'dsl', status: 'connected' } })],
    },
    wrong: ['degraded nas home: its DNS server does not answer'],
  },
  'the line is down, which explains a Home Assistant in another network, and none in this one': {
    readings: {
      router: [router({ wan: { link: false, access: 'dsl', status: 'disconnected' } }, { isGateway: true })],
      home_assistant: [[...instance(false, 'refused'), ...instance(false, 'timeout', undefined, 'far')]],
    },
    wrong: ['outage Home Assistant: does not answer', 'outage nas home: the DSL line is out of sync'],
    explained: ['Home Assistant far: does not answer', 'nas home: no internet connection'],
  },
  'an agent that is lost': {
    readings: { sites: [site('agent_lost', ['pi'])] },
    wrong: ['outage Berlin: agent pi is lost'],
  },
  'an old agent beside new ones, which does not say what is wrong': {
    readings: { sites: [site('unknown')] },
    wrong: [],
  },
  'a name with markup in it': {
    readings: { host: [[...host(), filesystem(markup, { available: 0, usedRatio: 1 })]] },
    wrong: [`outage nas File system ${markup}: no space left`],
  },
};

/** The state after these readings, a minute after the other. */
export function stateAfter(readings: Situation['readings'], language?: Language): MutableAgentState {
  const state = new MutableAgentState('mqtt://127.0.0.1:1883', language);
  state.broker.connected = true;
  for (const collector of allCollectors.filter(({ id }) => id in readings)) {
    state.add(collector);
    for (const [minute, reading] of (readings[collector.id] ?? []).entries()) {
      const at = new Date(Date.UTC(2026, 0, 2, 3, minute));
      state.record(
        collector,
        typeof reading === 'string'
          ? { ok: false, error: reading, at, seconds: 1 }
          : { ok: true, observations: reading, at, seconds: 1 },
      );
    }
  }
  return state;
}
