import type { History } from './history.ts';
import type { Sight } from './visit.ts';

export interface InstanceReading {
  sight: Sight;
  /** Undefined until the broker has told what it kept. */
  history: History | undefined;
  /** What to do, in words. */
  hint: string | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type HomeAssistantReadings = { instance: InstanceReading };
