import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hasSudoRefusedBefore, sudoRunner } from '../../../../src/collectors/storage/tools/command-runner.ts';

/** A sudo that does this. */
function sudo(script: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sudo-'));
  const { PATH } = process.env;
  writeFileSync(join(folder, 'sudo'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'sudo'), 0o755);
  process.env.PATH = `${folder}:${PATH}`;
  onTestFinished(() => {
    process.env.PATH = PATH;
    rmSync(folder, { recursive: true });
  });
}

const refuses = 'echo "sudo: a password is required" >&2; exit 1';

// What was refused is remembered by program, so that each test has one of its own.
test('a rule for the drives of one kind: the refusal for the other kind ends nothing else', async () => {
  sudo(`case "$*" in */dev/nvme*) ${refuses} ;; esac; echo {}`);
  await expect(sudoRunner.run('kinds', ['-j', '/dev/nvme0'], 5)).rejects.toThrow(
    'sudo -n kinds -j /dev/nvme0: sudo: a password is required',
  );
  expect(hasSudoRefusedBefore('kinds', ['-j', '/dev/nvme1'])).toBe(true);
  expect(hasSudoRefusedBefore('kinds', ['-j', '-l', 'selftest', '/dev/nvme0'])).toBe(true);
  expect(hasSudoRefusedBefore('kinds', ['-j', '/dev/sda'])).toBe(false);
});

test('an older rule: a newer question is refused for each drive, others are not', async () => {
  sudo(`case "$*" in *devstat*) ${refuses} ;; esac; echo {}`);
  await sudoRunner.run('older', ['-j', '-A', '/dev/sda'], 5);
  await expect(sudoRunner.run('older', ['-j', '-A', '-l', 'devstat', '/dev/sda'], 5)).rejects.toThrow('password');
  expect(hasSudoRefusedBefore('older', ['-j', '-A', '-l', 'devstat', '/dev/sdb'])).toBe(true);
  expect(hasSudoRefusedBefore('older', ['-j', '-A', '/dev/sdb'])).toBe(false);
});

test('a rule that is taken away: the program is not tried again', async () => {
  sudo('echo {}');
  await sudoRunner.run('gone', ['-j', '-A', '/dev/sda'], 5);
  sudo(refuses);
  await expect(sudoRunner.run('gone', ['-j', '-A', '/dev/sda'], 5)).rejects.toThrow('password');
  expect(hasSudoRefusedBefore('gone', ['-j', '-H', '/dev/sda'])).toBe(true);
});

const warns = 'echo "sudo: unable to resolve host lab: Name or service not known" >&2';

test.each<[what: string, script: string, stdout: string, status: number]>([
  ['smartctl’s everyday status 64', `${warns}; echo {}; exit 64`, '{}', 64],
  ['a command that fails', `${warns}; echo "Permission denied" >&2; exit 1`, '', 1],
])('a warning of sudo is no refusal: %s', async (_, script, stdout, status) => {
  sudo(script);
  expect(await sudoRunner.run('warned', ['-j', '/dev/sda'], 5)).toMatchObject({ stdout, status });
  expect(hasSudoRefusedBefore('warned', ['-j', '/dev/sda'])).toBe(false);
});

test('a refusal after a warning, and that of a user without any rule', async () => {
  sudo(`${warns}; ${refuses}`);
  await expect(sudoRunner.run('both', ['-j', '/dev/sda'], 5)).rejects.toThrow(/: sudo: a password is required$/);
  sudo('echo "Sorry, user lab is not allowed to execute that as root on nas." >&2; exit 1');
  await expect(sudoRunner.run('sorry', ['-j', '/dev/sda'], 5)).rejects.toThrow(/Sorry, user lab/);
  expect(hasSudoRefusedBefore('sorry', ['-j', '/dev/sda'])).toBe(true);
});
