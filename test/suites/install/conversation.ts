import { once } from 'node:events';
import { expect } from 'vitest';
import { until } from '../../helpers/until.ts';
import type { Home } from '../router/home.ts';

const quoted = (word: string) => `'${word.replaceAll("'", "'\\''")}'`;

/** Runs a command at home on a terminal. Each answer is typed when its question is asked; returns what the terminal showed and the exit
 * status. */
export async function converse(
  home: Home,
  command: readonly string[],
  answers: readonly (readonly [question: string, answer: string])[],
): Promise<{ shown: string; status: number | null }> {
  const terminal = [
    'script',
    '--quiet',
    '--flush',
    '--return',
    '--command',
    command.map(quoted).join(' '),
    '/dev/null',
  ];
  const { child, output } = home.start('home', { TERM: 'dumb', NO_COLOR: '1' }, ...terminal);
  const shown = () => output().replaceAll('\r', '');
  let seen = 0;
  for (const [question, answer] of answers) {
    seen = await until(
      question,
      () => {
        const at = shown().indexOf(question, seen);
        return at === -1 ? undefined : at + question.length;
      },
      30,
    ).catch((cause: unknown) => {
      throw new Error(shown(), { cause });
    });
    child.stdin?.write(answer);
  }
  const [status] = child.exitCode === null ? await once(child, 'close') : [child.exitCode];
  expect(shown()).not.toContain('Error:');
  return { shown: shown(), status: status as number | null };
}
