import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');
const programs = 'apt|cp|docker|infra-monitor|journalctl|mosquitto_sub|node|npm|npx|podman|sh|sudo|systemctl';
const isCommand = (text: string) => new RegExp(`^((${programs}) \\S|infra-monitor$)`).test(text);

/** The commands that a text tells readers to run: lines of `sh` blocks, without assignments and comments, and code in
 * sentences. */
function commandsIn(text: string): string[] {
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) => block.split('\n'));
  const lines = blocks.map((line) => line.replace(/\s+#.*$/, '').trim());
  const prose = text.replaceAll(/^```.*?^```/gms, '');
  return [...lines, ...[...prose.matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code)].filter(isCommand);
}

/** Marks in a text, by their command: `<!-- not run: COMMAND: reason -->`. */
const marksIn = (text: string): [command: string, reason: string][] =>
  [...text.matchAll(/<!-- not run: (.+?): (.+?) -->/g)].map(([, command = '', reason = '']) => [command, reason]);

const texts = ['README.md', 'docs/install.md', 'docs/de/index.md', 'docs/de/install.md'].map((name) =>
  readFileSync(join(root, name), 'utf8'),
);

/** All commands of the README and of docs/install.md, in both languages. */
export const documentedCommands: ReadonlySet<string> = new Set(texts.flatMap(commandsIn));

/** Those that no test runs, with the reason. */
export const notRun: ReadonlyMap<string, string> = new Map(texts.flatMap(marksIn));

/** A command as a document has it, with other words in place of those that stand for something. `documents.test.ts`
 * makes sure that each command is in a test, by this. */
export function documented(command: string, words: Record<string, string> = {}): string {
  if (!documentedCommands.has(command)) throw new Error(`no document has the command ${command}`);
  return Object.entries(words).reduce((text, [word, meant]) => text.replace(word, meant), command);
}
