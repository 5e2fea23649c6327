import { Worker } from 'node:worker_threads';
import { onTestFinished } from 'vitest';

/** Ends the process when what it is about to do takes longer than so many seconds: a loop without an end lets no timer
 * of its own thread run. Returns what is to be called before each piece of work, with its name. */
export function startWatchdog(seconds: number): (name: string) => void {
  const worker = new Worker(
    `const { parentPort, workerData } = require('node:worker_threads');
     const { writeSync } = require('node:fs');
     let name = '';
     let timer;
     parentPort.on('message', (next) => {
       name = next;
       clearTimeout(timer);
       timer = setTimeout(() => {
         writeSync(2, name + ' has not ended within ' + workerData + ' s\\n');
         process.kill(process.pid, 'SIGKILL');
       }, workerData * 1000);
     });`,
    { eval: true, workerData: seconds },
  );
  onTestFinished(async () => void (await worker.terminate()));
  return (name) => worker.postMessage(name);
}
