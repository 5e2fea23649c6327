import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The rows of a section of a help text: `term  description`, of which the second may go on in further lines. */
function rows(text, title) {
  const section = new RegExp(`^${title}:\\n((?: .*\\n)+)`, 'm').exec(text)?.[1] ?? '';
  return section
    .replaceAll(/\n {12,}(?=\S)/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, term, description] = /^ {2}(\S.*?) {2,}(.*)$/.exec(line) ?? [];
      return term === undefined ? [] : [{ term, description }];
    });
}

const withoutHelp = ({ term }) => !/^(-h, )?(--)?help\b/.test(term);

function read(program, words) {
  const text = execFileSync(process.execPath, [program, ...words, '--help'], { encoding: 'utf8' });
  const [, usage, description] = /^Usage: (.*)\n\n((?:.+\n)+)/.exec(text);
  return {
    usage,
    description: description.trim().replaceAll('\n', ' '),
    arguments: rows(text, 'Arguments'),
    options: rows(text, 'Options').filter(withoutHelp),
    commands: rows(text, 'Commands').filter(withoutHelp),
    example: /^Example:\n {2}(.*)$/m.exec(text)?.[1],
  };
}

/** What the program says of itself, as data: the one source of the man page and the completions. */
export function helpOf(root) {
  const program = join(root, 'dist/infra-monitor.js');
  const whole = read(program, []);
  const commands = whole.commands.map(({ term }) => {
    const name = term.split(' ')[0];
    return { name, ...read(program, [name]) };
  });
  return { ...whole, commands };
}
