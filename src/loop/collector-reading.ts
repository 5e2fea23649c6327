import type { AnyCollectorDefinition, ObservationOrComplaint, OpenedCollector } from '../model/collector.ts';
import { describeError } from '../model/errors.ts';
import { waitForOwnTurn } from '../model/event-loop-turns.ts';
import { TranslatableError } from '../model/translatable-error.ts';
import type { AnyTranslatableText } from '../model/translation.ts';
import type { MutableAgentState } from './mutable-agent-state.ts';
import type { ReportableEntryChange } from './state-entry.ts';

type Observations = ObservationOrComplaint<Record<string, unknown>>[];

export type CollectorOutcome = { at: Date; seconds: number } & (
  | { ok: true; observations: Observations }
  | {
      ok: false;
      error: string;
      /** The error in words of the collector. */
      wording?: AnyTranslatableText;
      /** Seconds after which the reading was given up. */
      timedOutAfter?: number;
    }
);

export const collectorTimeoutSeconds = (collector: AnyCollectorDefinition): number => collector.timeoutSeconds ?? 10;

/** A collector that is enabled. */
export interface ActiveCollector {
  collector: AnyCollectorDefinition;
  source: OpenedCollector<Record<string, unknown>>;
  /** Resolves when what it remembers is loaded, or is not waited for any longer. */
  memory: { ready: Promise<void> };
}

/** Reads once, with a timeout, and records the outcome. `done` resolves when the reading has really ended, which is
 * later if the reading ignores its abort signal. */
export function readCollectorAndRecord(
  active: ActiveCollector,
  agentState: MutableAgentState,
): { recorded: Promise<{ outcome: CollectorOutcome; changes: ReportableEntryChange[] }>; done: Promise<void> } {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  const record = async () => {
    const outcome = await read(active, end);
    // To take in what was read costs as much as to read it.
    await waitForOwnTurn();
    return { outcome, changes: agentState.record(active.collector, outcome) };
  };
  return { recorded: record(), done };
}

async function read({ collector, source, memory }: ActiveCollector, end: () => void): Promise<CollectorOutcome> {
  await memory.ready;
  // Several begin at the same moment: all at the start, and those of one schedule.
  await waitForOwnTurn();
  const began = performance.now();
  const timeoutSeconds = collectorTimeoutSeconds(collector);
  const controller = new AbortController();
  const { signal } = controller;
  // Awaited, so that an error that is thrown at once is a rejection like any other, and its stack is whole.
  const reading = (async () => await source.read(signal))();
  reading.then(end, end);
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new DOMException(`timed out after ${timeoutSeconds} s`, 'TimeoutError');
      controller.abort(error);
      reject(error);
    }, timeoutSeconds * 1000);
  });
  const timing = () => ({ at: new Date(), seconds: (performance.now() - began) / 1000 });
  try {
    const observations = await Promise.race([reading, timedOut]);
    return { ok: true, observations, ...timing() };
  } catch (error) {
    return {
      ok: false,
      error: describeError(error),
      ...(error instanceof TranslatableError ? { wording: error.wording } : {}),
      ...(error === signal.reason ? { timedOutAfter: timeoutSeconds } : {}),
      ...timing(),
    };
  } finally {
    clearTimeout(timer);
  }
}
