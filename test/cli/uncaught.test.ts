import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { embedded, running } from '../helpers/cli.ts';
import { until } from '../helpers/until.ts';

test('an uncaught error is logged once, without secrets, and the agent goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'infra-monitor-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const fault = `const cause = process.env.HTTP_TOKEN;
    const boom = () => { throw new TypeError('boom', { cause }); };
    process.on('SIGUSR2', () => { setTimeout(boom); setTimeout(boom); setTimeout(() => Promise.reject(new Error('late')), 10); });`;
  writeFileSync(join(folder, 'fault.mjs'), fault);
  const agent = await running({
    ...(await embedded()),
    NODE_OPTIONS: `--import=${join(folder, 'fault.mjs')}`,
    HTTP_TOKEN: 'open sesame 24/7',
  });
  agent.process.kill('SIGUSR2');
  await until('the last of them', () => agent.output().includes('Error: late'));
  expect(agent.output().split('TypeError: boom')).toHaveLength(2);
  expect(agent.output()).toContain("[cause]: '***'");
  expect(agent.output()).not.toContain('sesame');
  expect(await agent.stop()).toBe(0);
});
