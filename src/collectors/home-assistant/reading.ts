import type { InstanceHistory } from './instance-history.ts';
import type { VisitResult } from './visit-instance.ts';

export interface InstanceReading {
  visit: VisitResult;
  /** Undefined until the broker has told what it kept. */
  history: InstanceHistory | undefined;
  /** What to do, in words. */
  hint: string | undefined;
}

/** Each table's reading. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type HomeAssistantReadings = { instance: InstanceReading };
