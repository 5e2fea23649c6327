import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');

test('docker-compose 1.29 (Debian 12) takes the file, with the broker’s configuration and a health check', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  cpSync(join(root, 'docker-compose.yml'), join(folder, 'docker-compose.yml'));
  cpSync(join(root, '.env.example'), join(folder, '.env'));
  const { stdout } = await execa('docker-compose', ['config'], { cwd: folder });
  const { services } = parse(stdout) as {
    services: Record<'agent' | 'mosquitto', { healthcheck?: unknown; volumes: string[] }>;
  };
  expect(services.agent.healthcheck).toBeDefined();
  expect(services.mosquitto.volumes).toContain(
    `${join(folder, 'docs/mosquitto/compose.conf')}:/mosquitto/config/mosquitto.conf:ro`,
  );
});
