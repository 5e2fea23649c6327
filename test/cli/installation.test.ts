import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../helpers/agent.ts';

/** A copy of the built program in a folder of this name, with the package.json of this project or another one. */
function installed(place: string, name = 'home-lab-infra-monitor'): string {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = join(folder, place);
  mkdirSync(root, { recursive: true });
  cpSync(dirname(program), join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'package.json'), JSON.stringify({ name, type: 'module' }));
  return join(root, 'dist/infra-monitor.js');
}

async function says(built: string, ...args: string[]) {
  const agent = startAgent({}, args, built);
  return { status: await agent.ended, output: agent.output() };
}

test('a clone is brought up to date and removed by hand, and nothing is touched', async () => {
  expect(await says(program, 'update')).toEqual({
    status: 2,
    output: expect.stringMatching(/is a clone: run git pull && npm ci\n$/) as string,
  });
  expect(await says(program, 'uninstall')).toEqual({
    status: 2,
    output: expect.stringMatching(/is a clone: run node \S*dist\/infra-monitor\.js forget, then/) as string,
  });
  expect(await says(program, '--env', '/x', 'uninstall')).toMatchObject({
    status: 2,
    output: expect.stringMatching(/is a clone: run node \S* --env \/x forget, then/),
  });
});

test.each(['home-lab-infra-monitor', 'another-project'])(
  'what was unpacked by hand beside the files of %s is neither updated nor removed',
  async (name) => {
    const built = installed('usr/lib/infra-monitor', name);
    const precious = join(dirname(built), '../precious.txt');
    writeFileSync(precious, 'mine');
    expect(await says(built, 'update', '--from', '/nowhere')).toMatchObject({
      status: 2,
      output: expect.stringContaining('was not put there by an installer'),
    });
    for (const force of [[], ['--force']])
      expect(await says(built, 'uninstall', ...force)).toMatchObject({
        status: 2,
        output: expect.stringMatching(
          /was not put there by an installer.*: run node \S+infra-monitor\.js forget, then/,
        ),
      });
    expect([existsSync(built), existsSync(precious)]).toEqual([true, true]);
  },
);

test('what npm has installed into a project is left to that project', async () => {
  const npm = installed('node_modules/home-lab-infra-monitor');
  expect(await says(npm, 'uninstall')).toMatchObject({
    status: 2,
    output: expect.stringContaining('was not installed with npm install --global'),
  });
  expect(existsSync(npm)).toBe(true);
});

test('a command that is printed can be pasted, also where its path has a blank and a quotation mark', async () => {
  const built = installed("my home's/clone");
  mkdirSync(join(dirname(built), '../scripts'));
  const { output } = await says(built, '--env', '/my env', 'uninstall');
  expect(output).toMatch(/: run node '\/\S*\/my home'\\''s\/clone\/dist\/infra-monitor\.js' --env '\/my env' forget,/);
});

test('what came by npm needs a release, and no root', async () => {
  const npm = installed('node_modules/home-lab-infra-monitor');
  const { status, output } = await says(npm, 'update', '--from', '/nowhere');
  expect({ status, output }).toEqual({
    status: 2,
    output: expect.stringContaining('No release found: ENOENT') as string,
  });
});
