/** What all agents of the lab last said, as the broker that they share keeps it. */
export interface AgentDirectory {
  /** Payloads by topic, without the base topic: `nas/status`. What a broker lost stays here; what was removed goes. */
  readonly topics: ReadonlyMap<string, string>;
  /** Agents that are said to be online and do not answer any more. */
  readonly unresponsive: ReadonlySet<string>;
  /** Settles when all has come for the first time. */
  readonly loaded: Promise<void>;
  /** Is the connection there over which it comes? */
  readonly isCurrent: boolean;
  /** Why it does not come, where the broker is there. */
  readonly error?: string;
}
