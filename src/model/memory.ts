/** What a collector remembers of its devices beyond the process: kept retained on the broker beside a device's state. */
export interface Memory {
  /** Settles when the broker has told what it kept. Before that nothing is known, and nothing may be kept. */
  readonly loaded: Promise<void>;
  readonly isLoaded: boolean;
  recall(device: string): unknown;
  keep(device: string, content: unknown): void;
}
