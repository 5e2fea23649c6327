import { existsSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { startAgent } from '../helpers/agent.ts';
import { freePort } from '../helpers/ports.ts';
import { agentOptions, answers, kill, shell } from '../helpers/shell.ts';
import { until } from '../helpers/until.ts';

test('unused signals have no effect', async () => {
  const port = await freePort();
  const agent = startAgent({ ...(await agentOptions()), HTTP_PORT: String(port) });
  await until('connected', () => agent.output().includes('MQTT: connected'));
  for (const signal of ['SIGUSR1', 'SIGUSR2', 'SIGHUP'] as const) {
    agent.process.kill(signal);
    expect(await answers(port)).toBe(true);
  }
  expect(await agent.stop()).toBe(0);
  expect(agent.output()).not.toContain('Debugger');
});

/** Runs the agent by this command line in a terminal of its own, and closes the terminal when the agent is connected.
 * The shell, which gets the SIGHUP, passes it on, and writes the exit status. */
async function closedTerminal(line: string) {
  const { child, result, read } = shell(
    `exec script --quiet --command "trap 'kill -HUP \\$!' HUP; ${line} > log & echo \\$! > pid; wait \\$!; wait \\$!; echo \\$? > status" /dev/null`,
    await agentOptions(),
  );
  await until('connected', () => read('log').includes('MQTT: connected'));
  const pid = Number(read('pid'));
  onTestFinished(() => kill(pid));
  child.kill('SIGKILL');
  await result;
  return { pid, log: () => read('log'), status: () => read('status') };
}

test.runIf(existsSync('/usr/bin/script'))(
  'closing the terminal stops the agent cleanly, but not under nohup',
  async () => {
    const { log, status } = await closedTerminal('agent');
    await until('stopped', () => log().includes('SIGHUP: stopping'));
    // By the signal, not by an abort of Node.
    await until('ended', () => status() === '129\n');
    const detached = await closedTerminal('nohup agent');
    process.kill(detached.pid, 'SIGTERM');
    await until('stopped', () => detached.log().includes('stopping'));
    expect(detached.log()).toContain('SIGTERM: stopping');
  },
);
