import type { Job } from '../loop/schedule.ts';
import type { Agent } from '../model/state.ts';

/** Somebody who speaks on the broker. */
export interface Voice {
  agent: Agent;
  /** The ids of the collectors that it speaks of. */
  collectors: ReadonlySet<string>;
  /** Other agents may have it too: one of them speaks, the others stand by. */
  shared: boolean;
}

/** The agent speaks of what it reads here, and each collector that reads the whole lab speaks for itself. */
export function voices(agent: Agent, jobs: readonly Job[]): Voice[] {
  const { site: _, ...elsewhere } = agent;
  const on = jobs.map(({ collector }) => collector);
  const ids = on.filter(({ ofLab }) => !ofLab).map(({ id }) => id);
  const lab = on.filter(({ ofLab }) => ofLab);
  return [
    { agent, collectors: new Set(ids), shared: false },
    ...lab.map(({ id, title }) => ({ agent: { ...elsewhere, id, name: title }, collectors: new Set([id]), shared: true })),
  ];
}
