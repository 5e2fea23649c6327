import type { EventEmitter } from 'node:events';

// A command that is started with `detached` leads a process group of its own (setsid), which has the number of its leader: what it
// starts can be killed with it, but the signals of the terminal do not reach it.

/** The signal that ends each group, by the process id of its leader. */
const running = new Map<number, NodeJS.Signals>();

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function kill(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended, or belongs to another user by now.
  }
}

/** Ends all commands; to be called before this process ends. */
export function killTrackedProcessGroups(): void {
  for (const [group, signal] of running) kill(group, signal);
  running.clear();
}

/** The default action of a signal, which does not run listeners of `exit`, ends this process with its commands. */
function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killTrackedProcessGroups();
  process.removeListener(signal, onSignal);
  process.kill(process.pid, signal);
}

/** Kills the rest of the group when its leader exits, and ends the group with this process by the signal. */
export function trackProcessGroup(
  leader: number,
  child: Pick<EventEmitter, 'once'>,
  endingSignal: NodeJS.Signals,
): void {
  if (running.size === 0) for (const signal of endingSignals) process.on(signal, onSignal);
  running.set(leader, endingSignal);
  child.once('exit', () => {
    kill(leader, 'SIGKILL');
    running.delete(leader);
    if (running.size === 0) for (const signal of endingSignals) process.removeListener(signal, onSignal);
  });
}

process.on('exit', killTrackedProcessGroups);
