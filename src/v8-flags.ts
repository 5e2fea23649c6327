import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const areFlagsWanted = process.env.INFRA_MONITOR_V8_FLAGS !== 'off';

/** Milliseconds from the start until what it took is garbage: retained messages are read, everything is announced, and
 * the first commands have been run. */
const startMs = 60_000;

/** Tunes V8 for a program that works for some milliseconds and waits for seconds. Node documents that flags which are
 * set after the start may crash; with `INFRA_MONITOR_V8_FLAGS=off` none are set. */
export function setV8Flags(): void {
  if (!areFlagsWanted) return;
  // The start creates far more garbage than the rest of a run: V8's young generation would grow to 16 MB, and Node 24
  // and 26 never shrink it. V8 multiplies its size by this factor (SemiSpaceNewSpace::Grow in src/heap/new-spaces.cc),
  // so that 1 keeps it.
  setFlagsFromString('--semi-space-growth-factor=1');
  // Much of the program runs at the start only. V8 drops bytecode that did not run between two major collections of
  // garbage, not only that of six: an idle program has few (2 MB on Node 24 and 26).
  setFlagsFromString('--bytecode-old-age=1');
  // What runs a few times a minute is compiled for longer than it then runs, and what the compilers make and keep takes
  // 4 to 11 MB; a cycle takes about as long without them. Who has thousands of devices to look at is better off with
  // compilers.
  for (const compiler of ['opt', 'maglev', 'sparkplug']) setFlagsFromString(`--no-${compiler}`);
}

/** Collects the garbage of the start, once. V8 waits until the heap has reached a limit, which an idle program reaches
 * after half a minute or after ten, and only then looks from time to time whether it can shrink the heap. */
export function collectGarbageAfterStart(): void {
  if (!areFlagsWanted) return;
  setTimeout(() => {
    // But for the command line, the only way to a function that collects garbage; a new context has it.
    setFlagsFromString('--expose-gc');
    runInNewContext('globalThis.gc?.()');
  }, startMs).unref();
}
