import { tmpdir } from 'node:os';
import { execa } from 'execa';
import { startAgent } from '../../helpers/agent.ts';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';

/** What a program says when it is given this text; throws with what it complained of. It runs where its cache may
 * stay. */
export async function ask(program: string, args: string[], input = ''): Promise<string> {
  const { stdout, stderr, failed } = await execa(program, args, {
    input,
    cwd: tmpdir(),
    reject: false,
    stripFinalNewline: false,
  });
  if (failed) throw new Error(`${program} ${args.join(' ')}:\n${stdout}${stderr}`);
  return stdout;
}

export const token = 'a-token-to-read-with';

/** A running agent that wants the token, or not, with everything read that this machine has. */
export async function serve(guarded: boolean) {
  const port = await freePort();
  const settings = {
    MQTT_URL: `embedded://127.0.0.1:${await freePort()}`,
    HTTP_PORT: String(port),
    HOST_SCHEDULE: '* * * * * *',
    ...(guarded ? { HTTP_TOKEN: token } : {}),
  };
  const agent = startAgent(settings);
  const url = `http://127.0.0.1:${port}`;
  const headers: Record<string, string> = guarded ? { authorization: `Bearer ${token}` } : {};
  await until(
    'the host’s first readings',
    async () =>
      agent.output().includes('MQTT: connected') &&
      (await (await fetch(`${url}/metrics`, { headers })).text()).includes('host_cpu_used'),
    30,
  );
  return { agent, port, url, headers };
}
