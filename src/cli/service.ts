import { existsSync, rmSync } from 'node:fs';
import { readCommandOutput, runCommand } from '../lib/command.ts';
import { describeError } from '../model/errors.ts';

/** Exists if systemd is the init system (sd_booted(3)). */
const systemd = '/run/systemd/system';
const unit = 'infra-monitor.service';
/** The unit file of an installation without a package. */
export const serviceUnitPath = `/etc/systemd/system/${unit}`;
/** Longer than TimeoutStartSec of the unit. */
const limitSeconds = 200;

const control = (...args: string[]) => runCommand('systemctl', args, { seconds: limitSeconds });

/** The agent's systemd service. */
export const systemdService = {
  /** Whether systemd is running and the service is installed. */
  async exists(): Promise<boolean> {
    if (!existsSync(systemd)) return false;
    return (await control('cat', unit)).status === 0;
  },

  async isActive(): Promise<boolean> {
    return (await control('is-active', '--quiet', unit)).status === 0;
  },

  async stop(): Promise<void> {
    await control('stop', unit);
  },

  /** Removes the unit and its drop-ins. */
  async remove(): Promise<void> {
    if (await systemdService.exists()) await control('disable', '--quiet', '--now', unit);
    for (const path of [serviceUnitPath, `${serviceUnitPath}.d`]) rmSync(path, { recursive: true, force: true });
    if (existsSync(systemd)) await control('daemon-reload');
  },

  /** Enables and restarts it; returns its log if it fails to start. */
  async start(): Promise<string | undefined> {
    await control('daemon-reload');
    await control('enable', '--quiet', unit);
    const { status } = await control('restart', unit);
    if (status === 0) return undefined;
    return readCommandOutput('journalctl', ['--unit', unit, '--lines', '5', '--output', 'cat', '--no-pager'], {
      seconds: limitSeconds,
    }).catch(describeError);
  },
};
