// The built agent on a case's trees: read once, or running while something changes.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

export const program = join(import.meta.dirname, '../../dist/infra-monitor.js');
const run = promisify(execFile);
const commandTimeoutMs = 60_000;

/** Calls back with a new folder, which is deleted afterwards. */
export async function withFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'case-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Copies a case's folder. Links that a copy of the case may have lost are made anew: path → target. */
export function copyCase(path, folder, links = {}) {
  cpSync(path, folder, { recursive: true, verbatimSymlinks: true });
  execFileSync('chmod', ['-R', 'u+w', folder]);
  for (const [link, target] of Object.entries(links)) {
    mkdirSync(dirname(join(folder, link)), { recursive: true });
    rmSync(join(folder, link), { force: true });
    symlinkSync(target, join(folder, link));
  }
}

/** Environment of an agent that reads these trees and nothing else of the machine; `bin` comes first on PATH. */
export function environment(folder, settings = {}) {
  const trees = { HOST_PROC: 'proc', HOST_SYS: 'sys', HOST_ROOT: 'root' };
  const roots = Object.entries(trees).map(([name, tree]) => [name, join(folder, tree)]);
  return {
    PATH: [join(folder, 'bin'), process.env.PATH].join(delimiter),
    AGENT_NAME: 'case',
    ROUTER_SCHEDULE: 'off',
    HTTP_PORT: '0',
    ...Object.fromEntries(roots.filter(([, path]) => existsSync(path))),
    ...settings,
  };
}

/** The values of a collector's first device and its parts by name: `cpu_used`, `fan it8628 fan1 speed`, `fan ids`. */
export function valuesOf(document, collector = 'host') {
  const status = document.find((one) => one.collector === collector);
  const { values = {}, parts = [], ...device } = status?.devices[0] ?? {};
  const flat = { ...device, complaints: status?.complaints ?? [] };
  const add = (prefix, those) => {
    for (const [key, { value }] of Object.entries(those)) flat[`${prefix}${key}`] = value;
  };
  add('', values);
  for (const kind of ['filesystem', 'interface', 'disk', 'temperature', 'fan'])
    flat[`${kind} ids`] = parts.filter((part) => part.kind === kind).map(({ id }) => id);
  for (const { kind, id, error, values: those } of parts) {
    if (error !== undefined) flat[`${kind} ${id} error`] = error;
    add(`${kind} ${id} `, those);
  }
  return flat;
}

/** Runs a command that prints what `infra-monitor once --json` does; exit status 1 says that something is
 * unavailable. */
export async function printedDocument(command, args, options) {
  const { stdout } = await run(command, args, { timeout: commandTimeoutMs, maxBuffer: 2 ** 26, ...options }).catch(
    (error) => ({ stdout: error.stdout ?? '' }),
  );
  return JSON.parse(stdout.slice(Math.max(0, stdout.search(/^\[/m))));
}

export const readOnce = (env) => printedDocument(process.execPath, [program, 'once', '--json'], { env });

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Looks until it sees something that is not undefined or false; undefined after so many seconds. */
export async function until(look, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await pause(100)) {
    const seen = await look();
    if (seen !== undefined && seen !== false) return seen;
  }
  return undefined;
}

/** Starts an agent, with a broker in its process unless there is one, calls back, and ends it; `readings(n, collector)`
 * waits for n more readings and resolves with the values. */
export async function withRunningAgent(env, use) {
  const [httpPort, mqttPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, [program], {
    cwd: dirname(program),
    env: { MQTT_URL: `embedded://127.0.0.1:${mqttPort}`, ...env, HTTP_PORT: String(httpPort) },
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', (status, signal) => resolve(signal ?? status)));
  const status = async (collector) => {
    const response = await fetch(`http://127.0.0.1:${httpPort}/${collector}/status`, {
      signal: AbortSignal.timeout(10_000),
    }).catch(() => undefined);
    return response?.ok ? await response.json() : undefined;
  };
  const readings = async (count, collector = 'host') => {
    const successes = new Set();
    let latest;
    await until(async () => {
      latest = await status(collector);
      if (latest?.lastSuccess) successes.add(latest.lastSuccess);
      return successes.size > count;
    }, 60);
    return valuesOf([{ collector, ...latest }], collector);
  };
  const stop = () => {
    child.kill();
    return ended;
  };
  try {
    return await use({ readings, stop });
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
