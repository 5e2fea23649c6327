import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../../helpers/agent.ts';
import { until } from '../../helpers/until.ts';

/** An installation by npm, a release for it, and a stand-in for npm that does this. */
function installedByNpm(npm: (at: (name: string) => string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const at = (name: string) => join(folder, name);
  const put = (path: string, content: string) => {
    mkdirSync(dirname(at(path)), { recursive: true });
    writeFileSync(at(path), content);
  };
  const root = 'lib/node_modules/home-lab-infra-monitor';
  put(`${root}/package.json`, JSON.stringify({ name: 'home-lab-infra-monitor', type: 'module' }));
  cpSync(dirname(program), at(`${root}/dist`), { recursive: true });
  const archive = 'home-lab-infra-monitor-9.9.9.tgz';
  put(`release/${archive}`, 'new');
  put('release/SHA256SUMS', `${createHash('sha256').update('new').digest('hex')}  ${archive}\n`);
  put('bin/npm', `#!/bin/sh\n${npm(at)}\n`);
  chmodSync(at('bin/npm'), 0o755);
  const path = { PATH: `${at('bin')}:${process.env.PATH}` };
  const update = startAgent(path, ['update', '--from', at('release')], at(`${root}/dist/infra-monitor.js`));
  return { at, update };
}

test('an update is not interrupted while it replaces files, and is finished', async () => {
  const { at, update } = installedByNpm(
    (file) =>
      `[ "$1" = install ] || exit 0; touch ${file('begun')}; until [ -e ${file('go')} ]; do sleep 0.02; done; touch ${file('finished')}`,
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

test('a command of the system that fails is named with its own words, and without a stack', async () => {
  const { at, update } = installedByNpm(() => 'echo "npm error ENOSPC" >&2; exit 1');
  expect({ status: await update.ended, output: update.output() }).toEqual({
    status: 1,
    output: expect.stringMatching(
      new RegExp(`^npm pack --silent --pack-destination \\S+ ${at('lib')}\\S+: npm error ENOSPC\\n$`),
    ),
  });
});

test('an installation that fails is undone, and what it said is printed line by line', async () => {
  const { update } = installedByNpm(
    (file) =>
      `[ "$1" = install ] && [ ! -e ${file('begun')} ] || exit 0; touch ${file('begun')}; printf 'npm error ENOSPC\\nnpm error no space\\n' >&2; exit 1`,
  );
  expect({ status: await update.ended, output: update.output() }).toEqual({
    status: 2,
    output: expect.stringMatching(
      /^✗ The new version could not be installed or started:\nnpm install .*: npm error ENOSPC\nnpm error no space\n\S+ has been restored\./m,
    ),
  });
});
