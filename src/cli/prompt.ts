import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { UsageError } from '../model/errors.ts';

/** Whether questions can be asked on a terminal. */
export const isInteractive = (): boolean => process.stdin.isTTY === true && process.stdout.isTTY === true;

async function line(question: string, output: NodeJS.WritableStream): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output, terminal: true });
  const left = new Promise<never>((_, reject) =>
    terminal.once('close', () => reject(new UsageError('Cancelled; nothing was changed'))),
  );
  // Otherwise unhandled if the answer comes first.
  left.catch(() => undefined);
  terminal.on('SIGINT', () => terminal.close());
  try {
    return await Promise.race([terminal.question(question), left]);
  } finally {
    terminal.close();
  }
}

/** Asks for a line; an empty answer selects the default. Ctrl+C and Ctrl+D end the program. */
export async function promptLine(question: string, usual?: string): Promise<string> {
  const answer = (await line(`${question}${usual === undefined ? '' : ` [${usual}]`}: `, process.stdout)).trim();
  return answer === '' ? (usual ?? '') : answer;
}

/** Asks for a line without echo, which is taken as it is, blanks and all. */
export async function promptSecret(question: string): Promise<string> {
  process.stdout.write(`${question}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const answer = await line('', silent);
  process.stdout.write('\n');
  return answer;
}

export const promptForConfirmation = async (question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await promptLine(`${question} (y/N)`));
