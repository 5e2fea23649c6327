import type { EventEmitter } from 'node:events';
import { writeFileSync } from 'node:fs';

// A command that is started with `detached` leads a process group of its own (setsid), which has the number of its
// leader: what it starts can be killed with it, but the signals of the terminal do not reach it.

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

/** Where memory is scarce the kernel ends a command, such as apt-get, which takes three times as much as this process,
 * rather than this process (proc(5), oom_score_adj). */
function preferToEnd(leader: number): void {
  try {
    writeFileSync(`/proc/${leader}/oom_score_adj`, '1000');
  } catch {
    // It has ended, or belongs to another user; or this is no Linux.
  }
}

/** Kills the rest of the group when its leader exits, and ends the group with this process by the signal. */
export function trackProcessGroup(
  leader: number,
  child: Pick<EventEmitter, 'once'>,
  endingSignal: NodeJS.Signals,
): void {
  if (running.size === 0) for (const signal of endingSignals) process.on(signal, onSignal);
  running.set(leader, endingSignal);
  preferToEnd(leader);
  child.once('exit', () => {
    kill(leader, 'SIGKILL');
    running.delete(leader);
    if (running.size === 0) for (const signal of endingSignals) process.removeListener(signal, onSignal);
  });
}

process.on('exit', killTrackedProcessGroups);
