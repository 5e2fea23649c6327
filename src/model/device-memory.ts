/** Data of a collector's devices that outlives the process, in retained topics beside the devices' states. */
export interface DeviceMemory {
  /** Resolves once a broker's retained data has been read. Until then `recall` knows nothing and `keep` must not be
   * called. */
  readonly loaded: Promise<void>;
  readonly isLoaded: boolean;
  /** Another broker may add data later. Returns the same object as long as nothing is new. */
  recall(device: string): unknown;
  keep(device: string, content: unknown): void;
}

/** How a collector's memories are parsed and merged. */
export interface MemoryRules<Content> {
  /** Undefined for content that is not the collector's. */
  parse(content: unknown): Content | undefined;
  /** Merges the data of one device from this process and from a broker, without losing data of either. */
  merge(ours: Content, theirs: Content): Content;
}
