import type { DeviceMemories } from '../../src/model/device-memories.ts';
import { slug } from '../../src/model/naming.ts';

/** What a collector remembers, by the slugs of its devices; `load` is the broker's word of what it kept. */
export function memory(
  kept?: Record<string, unknown>,
): DeviceMemories & { contents: Map<string, unknown>; load(kept: Record<string, unknown>): void } {
  const contents = new Map<string, unknown>();
  let settle = () => {};
  const loaded = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let isLoaded = false;
  const one = {
    loaded,
    isLoaded: () => isLoaded,
    contents,
    recall: (device: string) => contents.get(slug(device)),
    keep: (device: string, content: unknown) => void (isLoaded && contents.set(slug(device), content)),
    load(found: Record<string, unknown>) {
      for (const [device, content] of Object.entries(found)) contents.set(device, content);
      isLoaded = true;
      settle();
    },
  };
  if (kept !== undefined) one.load(kept);
  return one;
}
