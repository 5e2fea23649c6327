import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { program, startAgent } from '../helpers/agent.ts';

/** A copy of the built program in a folder of this name. */
function installed(place: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const root = join(folder, place);
  mkdirSync(root, { recursive: true });
  cpSync(dirname(program), join(root, 'dist'), { recursive: true });
  writeFileSync(join(root, 'package.json'), '{"type": "module"}');
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
});

test('what came by npm needs a release, and no root', async () => {
  const npm = installed('node_modules/home-lab-infra-monitor');
  const { status, output } = await says(npm, 'update', '--from', '/nowhere');
  expect({ status, output }).toEqual({
    status: 2,
    output: expect.stringContaining('No release found: ENOENT') as string,
  });
});
