/** The last messages of all agents of the lab, from the broker that they share. */
export interface MirroredAgentTopics {
  /** Payloads by topic, without the base topic: `nas/status`. A topic that the broker lost stays, a topic that was
   * removed does not. */
  readonly topics: ReadonlyMap<string, string>;
  /** Agents whose status is online but that no longer answer. */
  readonly unresponsive: ReadonlySet<string>;
  /** Resolves once all topics have been received. */
  readonly loaded: Promise<void>;
  /** Whether the connection to the broker is up. */
  readonly isCurrent: boolean;
  /** Why the topics can't be received although the connection is up. */
  readonly error?: string;
}
