interface Rejection {
  text: string;
  /** Rejected on the current connection. */
  isCurrent: boolean;
}

/** The messages that the broker rejects, by topic. It outlives a connection, so that each reason is logged once. */
export class RejectionTracker {
  readonly #byTopic = new Map<string, Rejection>();
  readonly #logged = new Set<string>();

  /** Starts a new connection: rejections that do not recur on it are dropped by `forgetEarlier`. */
  begin(): void {
    for (const rejection of this.#byTopic.values()) rejection.isCurrent = false;
  }

  /** Drops the rejections of earlier connections, once everything has been sent over the new one. */
  forgetEarlier(): void {
    for (const [topic, { isCurrent }] of this.#byTopic) if (!isCurrent) this.accept(topic);
  }

  /** True if this kind of rejection has not been logged yet. */
  reject(topic: string, text: string, kind: string): boolean {
    this.#byTopic.set(topic, { text, isCurrent: true });
    if (this.#logged.has(kind)) return false;
    this.#logged.add(kind);
    return true;
  }

  /** True if the topic was rejected before. */
  accept(topic: string): boolean {
    const wasRejected = this.#byTopic.delete(topic);
    if (this.#byTopic.size === 0) this.#logged.clear();
    return wasRejected;
  }

  /** All rejections in one sentence; undefined if there are none. */
  get summary(): string | undefined {
    const [first] = this.#byTopic.values();
    const moreCount = this.#byTopic.size - 1;
    return first === undefined || moreCount === 0
      ? first?.text
      : `${first.text}; and ${moreCount} more ${moreCount === 1 ? 'topic' : 'topics'}`;
  }
}
