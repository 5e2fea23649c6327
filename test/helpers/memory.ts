import type { DeviceMemories } from '../../src/model/device-memories.ts';
import { slug } from '../../src/model/naming.ts';

/** What a collector remembers, by the slugs of its devices; `load` is the broker's word of what it kept. */
export function memory(
  kept?: Record<string, unknown>,
): DeviceMemories & { contents: Map<string, unknown>; load(kept: Record<string, unknown>): void } {
  const contents = new Map<string, unknown>();
  const listeners = new Map<string, (content: unknown) => void>();
  let isLoaded = false;
  const one = {
    get hasAnswered() {
      return isLoaded;
    },
    isLoaded: () => isLoaded,
    contents,
    recall: (device: string) => contents.get(slug(device)),
    keep: (device: string, content: unknown) => void (isLoaded && contents.set(slug(device), content)),
    onLoad(device: string, listener: (content: unknown) => void) {
      listeners.set(slug(device), listener);
      if (contents.has(slug(device))) listener(contents.get(slug(device)));
    },
    load(found: Record<string, unknown>) {
      isLoaded = true;
      for (const [device, content] of Object.entries(found)) {
        contents.set(device, content);
        listeners.get(device)?.(content);
      }
    },
  };
  if (kept !== undefined) one.load(kept);
  return one;
}
