interface Rejection {
  text: string;
  /** Rejected by the connection that is. */
  current: boolean;
}

/** What the broker does not take of us, by topic. It outlives a connection, so that nothing is logged again at each. */
export class Rejections {
  readonly #byTopic = new Map<string, Rejection>();
  readonly #logged = new Set<string>();

  /** A new connection: what it does not reject once more is no trouble any more. */
  begin(): void {
    for (const rejection of this.#byTopic.values()) rejection.current = false;
  }

  /** All has been offered to the new connection. */
  forgetEarlier(): void {
    for (const [topic, { current }] of this.#byTopic) if (!current) this.accept(topic);
  }

  /** True if there was none of this kind. */
  reject(topic: string, text: string, kind: string): boolean {
    this.#byTopic.set(topic, { text, current: true });
    if (this.#logged.has(kind)) return false;
    this.#logged.add(kind);
    return true;
  }

  /** True if it was rejected before. */
  accept(topic: string): boolean {
    const wasRejected = this.#byTopic.delete(topic);
    if (this.#byTopic.size === 0) this.#logged.clear();
    return wasRejected;
  }

  /** In one sentence; undefined if the broker takes everything. */
  get summary(): string | undefined {
    const [first] = this.#byTopic.values();
    const more = this.#byTopic.size - 1;
    return first === undefined || more === 0
      ? first?.text
      : `${first.text}; and ${more} more ${more === 1 ? 'topic' : 'topics'}`;
  }
}
