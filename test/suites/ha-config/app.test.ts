import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'vitest';
import { folder } from './stage.ts';

test('the app’s AppArmor profile can be read', () => {
  execFileSync('apparmor_parser', ['--skip-kernel-load', '--skip-cache', join(folder, 'app/apparmor.txt')], {
    stdio: 'pipe',
  });
});
