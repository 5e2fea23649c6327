import type { ByName } from '../../model/by-name.ts';
import { lossOf } from './reach/burst.ts';
import type { Reached } from './reading.ts';

/** Percent. */
const usualLoss = 50;

export interface Limits {
  /** Milliseconds. */
  latency: number | undefined;
  /** Percent. */
  loss: number;
}

export const limitsOf = (name: string, settings: { PING_LATENCY_LIMIT: ByName<number>; PING_LOSS_LIMIT: ByName<number> }): Limits => ({
  latency: settings.PING_LATENCY_LIMIT.of(name),
  loss: settings.PING_LOSS_LIMIT.of(name) ?? usualLoss,
});

/** Is something wrong with the way there? Unknown where nothing is known of it. */
export function isProblem({ reachable, reach }: Reached, { latency, loss }: Limits): boolean | undefined {
  if (reachable !== true) return reachable === undefined ? undefined : true;
  if (reach === undefined) return false;
  return lossOf(reach.burst) > loss || (latency !== undefined && (reach.burst.mean ?? 0) > latency);
}
