/** What a collector remembers of its devices beyond the process: kept retained on the broker beside a device's state. */
export interface DeviceMemory {
  /** Resolves when a broker has delivered retained memories, though perhaps not all. */
  readonly loaded: Promise<void>;
  /** Whether the memory of this device is loaded, or none is expected any more. Before that nothing is known, and nothing is kept. */
  isLoaded(device: string): boolean;
  /** Each further broker may add to it. The same object while it has nothing new. */
  recall(device: string): unknown;
  keep(device: string, content: unknown): void;
}

/** How a collector's memories are read and brought together. */
export interface MemoryRules<Content> {
  /** What is taken of what a broker kept; undefined where it is nothing that the collector knows. */
  parse(content: unknown): Content | undefined;
  /** Both are of one device: what this process knows, and what a broker kept. Neither loses by it. */
  merge(ours: Content, theirs: Content): Content;
}
