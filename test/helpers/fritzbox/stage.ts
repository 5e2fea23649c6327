import { onTestFinished } from 'vitest';
import { routerCollector } from '../../../src/collectors/router/index.ts';
import { Tr064Client } from '../../../src/collectors/router/tr064/tr064-client.ts';
import { DeviceMemoryStore } from '../../../src/loop/device-memory-store.ts';
import { Secret } from '../../../src/model/secret.ts';
import { withEnglishHint } from '../english-hint.ts';
import { FritzBox } from './index.ts';
import type { ProfileName } from './profiles.ts';

/** The login that the stand-in accepts by default. */
export const right = { username: 'monitor', password: new Secret('gürkensalat$1') };

/** A clock that tests advance. It starts at a fixed time, so that golden files stay the same. */
function clockwork() {
  let seconds = 0;
  return {
    clock: () => ({ wall: Date.UTC(2026, 0, 2) + seconds * 1000, monotonic: seconds * 1000 }),
    turn: (by: number) => (seconds += by),
  };
}

/** A FRITZ!Box and a client that reads it, until the test ends. */
export async function stage(
  profile: ProfileName,
  credentials: { username: string | undefined; password: Secret | undefined } = right,
) {
  const box = await new FritzBox(profile).start();
  box.guard.wait = 100;
  const { clock, turn } = clockwork();
  const memories = new DeviceMemoryStore();
  const memory = memories.forCollector(routerCollector);
  memories.load(new Map(), ['router']);
  onTestFinished(() => box.stop());
  /** A further process with the same broker. */
  const start = (login = credentials) => {
    const tr064 = new Tr064Client(box.address, login, clock, { memory, device: 'hollow' });
    onTestFinished(() => tr064.close());
    const read = async () => {
      const reading = await tr064.read(new AbortController().signal);
      return reading && withEnglishHint(reading);
    };
    return { tr064, read };
  };
  return { box, turn, start, memories, ...start() };
}
