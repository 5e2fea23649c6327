/** Data of a collector's devices that outlives the process, in retained topics beside the devices' states. */
export interface DeviceMemories {
  /** Resolves when a broker has delivered retained data, though perhaps not all. */
  readonly loaded: Promise<void>;
  /** Whether the data of this device is loaded, or none is expected any more. Until then `recall` knows nothing and `keep` must
   * not be called. */
  isLoaded(device: string): boolean;
  /** Another broker may add data later. Returns the same object as long as nothing is new. */
  recall(device: string): unknown;
  keep(device: string, content: unknown): void;
}

/** How a collector's memories are parsed and merged. */
export interface MemoryFormat<Content> {
  /** Undefined for content that is not the collector's. */
  parse(content: unknown): Content | undefined;
  /** Merges the data of one device from this process and from a broker, without losing data of either. */
  merge(ours: Content, theirs: Content): Content;
}
