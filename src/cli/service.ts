import { existsSync, rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { readCommandOutput, runCommand } from '../lib/command.ts';
import { describeError } from '../model/errors.ts';

/** Exists if systemd is the init system (sd_booted(3)). */
const systemd = '/run/systemd/system';
const unit = 'infra-monitor.service';
/** As in docs/systemd/sysusers.conf. */
const user = { name: 'infra-monitor', comment: 'Home Lab Infra Monitor' } as const;
/** The unit file of an installation without a package. */
export const serviceUnitPath = `/etc/systemd/system/${unit}`;
/** Longer than TimeoutStartSec of the unit. */
const limitSeconds = 200;
/** Longer than RestartSec of the unit. */
const stableMs = 20_000;
const runningWithinMs = 60_000;

const control = (...args: string[]) => runCommand('systemctl', args, { seconds: limitSeconds });

/** Whether the account is the one that sysusers.conf makes, and not a person's of the same name. */
async function isOwnUser(): Promise<boolean> {
  const { stdout } = await runCommand('getent', ['passwd', user.name], { seconds: limitSeconds });
  return stdout.split(':')[4] === user.comment;
}

/** The agent's systemd service. */
export const systemdService = {
  unit,

  /** Whether systemd is running and the service is installed. */
  async exists(): Promise<boolean> {
    if (!existsSync(systemd)) return false;
    return (await control('cat', unit)).status === 0;
  },

  /** The text of its unit file and drop-ins. */
  async readUnit(): Promise<string> {
    return readCommandOutput('systemctl', ['cat', '--no-pager', unit], { seconds: limitSeconds });
  },

  /** The effective values, one `NAME=value` on each line. */
  async readProperties(names: readonly string[]): Promise<string> {
    return readCommandOutput('systemctl', ['show', '--property', names.join(), unit], { seconds: limitSeconds });
  },

  async isActive(): Promise<boolean> {
    return (await control('is-active', '--quiet', unit)).status === 0;
  },

  /** Whether, within a minute, one process runs for long enough that it can't have been restarted after a crash. */
  async keepsRunning(): Promise<boolean> {
    const end = performance.now() + runningWithinMs;
    let running: { pid: string; since: number } | undefined;
    while (performance.now() < end) {
      const pid = (await systemdService.isActive())
        ? (await control('show', '--property', 'MainPID', unit)).stdout
        : undefined;
      const now = performance.now();
      if (pid === undefined) running = undefined;
      else if (running?.pid !== pid) running = { pid, since: now };
      else if (now - running.since > stableMs) return true;
      await pause(1000);
    }
    return false;
  },

  /** Stops it; resolves to what starts it again, if it was running. */
  async pause(): Promise<() => Promise<unknown>> {
    const { stdout } = await control('is-active', unit);
    await control('stop', unit);
    return async () => (/^(inactive|failed)$/.test(stdout) ? undefined : control('start', unit));
  },

  /** Removes the unit and its drop-ins; `withUser`: also the user that it runs as. */
  async remove({ withUser }: { withUser: boolean }): Promise<void> {
    const isInstalled = await systemdService.exists();
    if (isInstalled) await control('disable', '--quiet', '--now', unit);
    for (const path of [serviceUnitPath, `${serviceUnitPath}.d`]) rmSync(path, { recursive: true, force: true });
    if (existsSync(systemd)) await control('daemon-reload');
    // Without a service the user is somebody else's, and so is one that was there before.
    if (isInstalled && withUser && (await isOwnUser()))
      await runCommand('userdel', [user.name], { seconds: limitSeconds });
  },

  /** Returns what systemctl and its log say if it fails to start. */
  async restart(): Promise<string | undefined> {
    await control('daemon-reload');
    const { status, stderr } = await control('restart', unit);
    if (status === 0) return undefined;
    const log = await readCommandOutput(
      'journalctl',
      ['--unit', unit, '--lines', '5', '--output', 'cat', '--no-pager'],
      { seconds: limitSeconds },
    ).catch(describeError);
    // Of a unit that is masked or wrong, only systemctl tells.
    return `${stderr}\n${log}`.trim();
  },

  /** Enables and restarts it; returns its log if it fails to start. */
  async start(): Promise<string | undefined> {
    await control('enable', '--quiet', unit);
    return systemdService.restart();
  },
};
