import type { Options } from 'execa';

/** Runs a command without a shell, in the C locale, with an end to the wait. Rejects with what was run and why it failed. */
export async function run(file: string, args: readonly string[], limit: { seconds: number } & Pick<Options, 'cancelSignal'>): Promise<string> {
  const { execa } = await import('execa');
  const result = await execa(file, args, {
    timeout: limit.seconds * 1000,
    killSignal: 'SIGKILL',
    env: { LC_ALL: 'C' },
    stdin: 'ignore',
    maxBuffer: 1_000_000,
    reject: false,
    ...(limit.cancelSignal ? { cancelSignal: limit.cancelSignal } : {}),
  });
  if (!result.failed) return result.stdout;
  const why = result.timedOut ? `timed out after ${limit.seconds} s` : result.stderr || result.originalMessage || `exit status ${result.exitCode}`;
  throw new Error(`${[file, ...args].join(' ')}: ${why}`);
}
