import { existsSync, rmSync } from 'node:fs';
import { readCommandOutput, runCommand } from '../lib/command.ts';
import { describeError } from '../model/errors.ts';

/** There where systemd runs the machine (sd_booted(3)). */
const systemd = '/run/systemd/system';
const unit = 'infra-monitor.service';
/** Where it is when no package brought it. */
export const unitPath = `/etc/systemd/system/${unit}`;
/** Seconds that the service may take until it is ready: systemd's own limit, and a little more. */
const limitSeconds = 200;

const control = (...args: string[]) => runCommand('systemctl', args, { seconds: limitSeconds });

/** The service of systemd, where there is one. */
export const service = {
  /** Whether systemd runs this machine and knows the service. */
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

  /** Takes away its unit, and what was added to that. */
  async remove(): Promise<void> {
    if (await service.exists()) await control('disable', '--quiet', '--now', unit);
    for (const path of [unitPath, `${unitPath}.d`]) rmSync(path, { recursive: true, force: true });
    if (existsSync(systemd)) await control('daemon-reload');
  },

  /** Starts it anew, and at each start of the machine. What it said where it does not start, else undefined. */
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
