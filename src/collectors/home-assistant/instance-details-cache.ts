import type { ClockReading } from '../../lib/clocks.ts';
import type { InstanceCore } from './instance-core.ts';
import { type HomeAssistantTexts, homeAssistantTexts } from './texts.ts';
import type { VisitResult } from './visit-instance.ts';

/** Milliseconds between two times of asking for what changes slowly and costs Home Assistant a login and a template. */
const detailsIntervalMs = 5 * 60_000;

/** Keeps what was last read over the WebSocket for the visits between. */
export class InstanceDetailsCache {
  readonly #clock: () => ClockReading;
  #before: Pick<VisitResult, 'state' | 'version'> | undefined;
  #kept: (Pick<VisitResult, 'details' | 'withoutWebSocket'> & { at: number }) | undefined;

  constructor(clock: () => ClockReading) {
    this.#clock = clock;
  }

  /** Whether to read the details now: every five minutes, while it starts, and when it has restarted since. */
  readonly isDue = ({ state, version }: InstanceCore): boolean =>
    this.#kept === undefined ||
    state === 'starting' ||
    state !== this.#before?.state ||
    version !== this.#before.version ||
    this.#clock().monotonic - this.#kept.at >= detailsIntervalMs;

  /** The visit with what is known of the details. */
  complete(visit: VisitResult): VisitResult {
    this.#before = visit;
    if (visit.login !== 'accepted') {
      this.#kept = undefined;
      return visit;
    }
    const { details, withoutWebSocket } = visit;
    if (details === undefined && withoutWebSocket === undefined)
      return { ...visit, details: this.#kept?.details, withoutWebSocket: this.#kept?.withoutWebSocket };
    // A connection that broke off is tried again at once; a proxy's answer stays the same.
    const isLasting = details !== undefined || withoutWebSocket?.status !== undefined;
    this.#kept = isLasting ? { details, withoutWebSocket, at: this.#clock().monotonic } : undefined;
    return visit;
  }
}

/** What the user can do about a visit, and about what is unknown without the WebSocket. */
export function hintOfVisit(visit: VisitResult, texts: HomeAssistantTexts = homeAssistantTexts): string | undefined {
  const hint = texts.hints[visit.state]?.(visit);
  const { withoutWebSocket } = visit;
  if (hint !== undefined || withoutWebSocket === undefined) return hint;
  return texts.withoutWebSocket(texts.hints[withoutWebSocket.state]?.(withoutWebSocket) ?? withoutWebSocket.state);
}
