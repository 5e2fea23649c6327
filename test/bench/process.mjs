// What the benches measure a process by (Linux), and need to start one.
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** The built program. */
export const program = join(import.meta.dirname, '../../dist/infra-monitor.js');

export const freePort = async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
};

/** Milliseconds of processor time of all threads so far, and, in steps of 10, of the children that are over. */
export const cpuOf = ({ pid }) => {
  const threads = readdirSync(`/proc/${pid}/task`).map(
    (task) => Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
  );
  const [childUser, childSystem] = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/.*\) /, '')
    .split(' ')
    .slice(13, 15)
    .map(Number);
  return { own: threads.reduce((sum, one) => sum + one, 0), children: 10 * (childUser + childSystem) };
};

/** Megabytes of a process's memory: `Rss`, `Pss`, `Anonymous`. */
export const megabytesOf = ({ pid }, key) =>
  Number(new RegExp(`^${key}: +(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))[1]) / 1024;
