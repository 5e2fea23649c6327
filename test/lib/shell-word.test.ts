import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { shellWord } from '../../src/lib/shell-word.ts';

test.each(['/opt/a-b/c.js', 'a b', "it's", '$HOME "`x`" \\', '*', '~', '', 'a\nb', '#x', '!'])(
  'a shell reads %j as one word',
  (text) => {
    const output = execFileSync('/bin/sh', ['-c', `printf '<%s>' ${shellWord(text)}`], { encoding: 'utf8' });
    expect(output).toBe(`<${text}>`);
  },
);

test('a path stays as it is', () => expect(shellWord('/etc/infra-monitor.env')).toBe('/etc/infra-monitor.env'));
