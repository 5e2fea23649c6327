import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';

test('an update is not interrupted while it replaces files, and is finished', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const put = (path: string, content: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    return join(folder, path);
  };
  const root = 'lib/node_modules/home-lab-infra-monitor';
  put(`${root}/package.json`, JSON.stringify({ name: 'home-lab-infra-monitor', type: 'module' }));
  cpSync(dirname(program), join(folder, root, 'dist'), { recursive: true });
  const archive = 'home-lab-infra-monitor-9.9.9.tgz';
  put(`release/${archive}`, 'new');
  put('release/SHA256SUMS', `${createHash('sha256').update('new').digest('hex')}  ${archive}\n`);
  // Stands in for npm, which takes as long as the test wants.
  const at = (name: string) => join(folder, name);
  const steps = `[ "$1" = install ] || exit 0\ntouch ${at('begun')}\nuntil [ -e ${at('go')} ]; do sleep 0.02; done`;
  chmodSync(put('bin/npm', `#!/bin/sh\n${steps}\ntouch ${at('finished')}\n`), 0o755);

  const update = startAgent(
    { PATH: `${at('bin')}:${process.env.PATH}` },
    ['update', '--from', at('release')],
    join(folder, root, 'dist/infra-monitor.js'),
  );
  await until('npm runs', () => existsSync(at('begun')));
  for (const [index, signal] of (['SIGINT', 'SIGTERM', 'SIGINT'] as const).entries()) {
    update.process.kill(signal);
    await until(
      `${signal}: ${update.output()}`,
      () => update.output().split('This cannot be interrupted').length === index + 2,
    );
  }
  writeFileSync(at('go'), '');
  expect({ status: await update.ended, finished: existsSync(at('finished')) }).toEqual({ status: 0, finished: true });
  expect(update.output()).toMatch(/infra-monitor \S+ is installed\n$/);
});
