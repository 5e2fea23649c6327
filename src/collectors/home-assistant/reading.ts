import type { TranslatableText } from '../../model/translation.ts';
import type { InstanceHistory } from './instance-history.ts';
import type { HomeAssistantTexts } from './texts.ts';
import type { VisitResult } from './visit-instance.ts';

export interface InstanceReading {
  visit: VisitResult;
  /** Undefined until the memory on the broker has been loaded. */
  history: InstanceHistory | undefined;
  /** What the user can do. */
  hint: TranslatableText<HomeAssistantTexts> | undefined;
}

/** The reading of each table. */
// biome-ignore lint/style/useConsistentTypeDefinitions: a type alias can stand for a record, an interface can't
export type HomeAssistantReadingByTable = { instance: InstanceReading };
