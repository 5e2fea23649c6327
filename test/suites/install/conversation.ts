import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../../helpers/until.ts';
import type { Home } from '../router/home.ts';

export interface Terminal {
  child: ChildProcess;
  /** All that it has shown so far. */
  output(): string;
}

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a command at home on a terminal. */
export function openTerminal(home: Home, command: readonly string[]): Terminal {
  const words = command.map(quoted).join(' ');
  const terminal = ['script', '--quiet', '--flush', '--return', '--command', words, '/dev/null'];
  return home.start('home', { TERM: 'dumb', NO_COLOR: '1' }, ...terminal);
}

/** Types each answer when its question is asked; returns what the terminal showed and the exit status. */
export async function converse(
  { child, output }: Terminal,
  answers: readonly (readonly [question: string, answer: string])[],
  seconds = 30,
): Promise<{ shown: string; status: number | null }> {
  const shown = () => output().replaceAll('\r', '');
  const ended = once(child, 'close');
  let seen = 0;
  for (const [question, answer] of answers) {
    seen = await until(
      question,
      () => {
        const at = shown().indexOf(question, seen);
        return at === -1 ? undefined : at + question.length;
      },
      seconds,
    ).catch((cause: unknown) => {
      throw new Error(shown(), { cause });
    });
    child.stdin?.write(answer);
  }
  const [status] = await ended;
  return { shown: shown(), status: status as number | null };
}
