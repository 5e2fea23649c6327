import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const units = join(import.meta.dirname, '../../../docs/systemd');

/** What `systemd-analyze security` gives the unit with these drop-ins: from 0, nothing to attack, to 10. */
function exposure(unit: string, ...dropIns: string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'units-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, `${unit}.d`));
  copyFileSync(join(units, unit), join(folder, unit));
  for (const dropIn of dropIns) copyFileSync(join(units, dropIn), join(folder, `${unit}.d`, dropIn));
  const words = ['security', '--no-pager', '--offline=yes', join(folder, unit)];
  const text = execFileSync('systemd-analyze', words, {
    encoding: 'utf8',
    env: { ...process.env, SYSTEMD_UNIT_PATH: `${folder}:` },
  });
  return Number(/exposure level for \S+: ([\d.]+)/.exec(text)?.[1]);
}

test.each([
  ['infra-monitor.service', [], 2.3],
  ['infra-monitor.service', ['ping.conf'], 2.5],
  ['infra-monitor-drives.service', [], 1.5],
  ['infra-monitor.service', ['drives.conf'], 2.7],
])('%s with %j is exposed no more than documented', (unit, dropIns, most) => {
  const found = exposure(unit, ...dropIns);
  console.log(`${[unit, ...dropIns].join(' with ')}: ${found}`);
  expect(found).toBeGreaterThan(0);
  expect(found).toBeLessThanOrEqual(most);
});
