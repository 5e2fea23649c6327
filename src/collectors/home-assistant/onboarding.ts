import * as z from 'zod/mini';
import type { HaRest } from '../../lib/ha-rest.ts';
import { bounds } from '../../model/bounds.ts';
import { parseJsonWithin } from '../../model/json.ts';

const stepsSchema = z.array(z.object({ step: z.string(), done: z.boolean() }));

/** Whether the instance waits for its first user; false if that cannot be determined. It answers here only if it is not
 * set up, or has been set up since its start (homeassistant/components/onboarding/views.py). */
export async function isAwaitingOnboarding(
  rest: HaRest,
  authorities: string[] | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const { body } = await rest.get({ path: 'api/onboarding', authorities, signal });
    const answer = stepsSchema.safeParse(parseJsonWithin(body, bounds.homeAssistantAnswer));
    return answer.success && answer.data.some(({ done }) => !done);
  } catch {
    return false;
  }
}
