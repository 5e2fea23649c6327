/** Data of a collector's devices that outlives the process, in retained topics beside the devices' states. */
export interface DeviceMemories {
  /** Whether a broker has delivered retained data, though perhaps not all. */
  readonly hasAnswered: boolean;
  /** Whether the data of this device is loaded, or none is expected any more. Until then `recall` knows nothing and
   * `keep` does nothing. The first reading waits for it, but not for long: there may be no broker. */
  isLoaded(device: string): boolean;
  recall(device: string): unknown;
  keep(device: string, content: unknown): void;
  /** Passes the data of this device to the listener, now if there is any, and whenever a broker adds something new.
   * Replaces the listener before. */
  onLoad(device: string, listener: (content: unknown) => void): void;
}

/** What is kept of one device, and the text in which the broker retains it. */
export interface DeviceMemory {
  readonly content: unknown;
  readonly payload: string;
}

/** How a collector's memories are parsed and merged. */
export interface MemoryFormat<Content> {
  /** Undefined for content that is not the collector's. */
  parse(content: unknown): Content | undefined;
  /** Merges the data of one device from this process and from a broker, without losing data of either. */
  merge(ours: Content, theirs: Content): Content;
  /** Ids of the devices on which the one with this data lay: what was built of several explains that these are gone
   * with it. */
  liesOn?(content: Content): readonly string[];
}
