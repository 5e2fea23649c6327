import { bounds } from '../model/bounds.ts';

/** The longest payload of a topic that is read, by the last level of its name: Home Assistant's announcements, and the
 * list of an agent's topics. */
const maxBytesByLastLevel = new Map([
  ['config', bounds.brokerMessage.bytes],
  ['index', bounds.retainedIndex.bytes],
]);
const usualMaxBytes = Math.max(bounds.memory.bytes, bounds.reportedState.bytes);

/** The payloads of one connection as texts. Of one that is too long, which anybody may have retained, by the hundred,
 * there is only a beginning that is too long as well: whoever reads it refuses it, and the topic is known to exist. */
export class BoundedPayloadTexts {
  #retainedBytes = 0;

  read(topic: string, payload: Buffer, isRetained: boolean): string {
    const lastLevel = topic.slice(topic.lastIndexOf('/') + 1);
    const maxBytes = this.#maxBytesNow(maxBytesByLastLevel.get(lastLevel) ?? usualMaxBytes);
    const bytes = Math.min(payload.length, maxBytes + 1);
    if (isRetained) this.#retainedBytes += bytes;
    return payload.toString('utf8', 0, bytes);
  }

  /** What is retained is kept, so that all of it together has a bound, too. */
  #maxBytesNow(maxBytes: number): number {
    return this.#retainedBytes > bounds.retainedOnConnection.bytes ? Math.min(maxBytes, usualMaxBytes) : maxBytes;
  }
}
