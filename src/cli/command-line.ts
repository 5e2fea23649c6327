import { Command, CommanderError } from 'commander';
import { version } from '../version.ts';

interface CommonOptions {
  /** Not `--env-file`: Node 20 takes that for its own wherever it stands. */
  env?: string;
}

/** Takes the command line apart and runs the command, of which only the code that it needs is loaded. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const root = new Command('infra-monitor')
    .description(
      'Watches this machine and what is near it, and tells Home Assistant over MQTT.\nSettings are environment variables: see .env.example.',
    )
    .version(version)
    .option('--env <path>', 'read settings from this file instead of .env')
    .showHelpAfterError('(--help tells what there is)')
    .exitOverride();
  const settings = () => root.opts<CommonOptions>();
  const command = (usage: string, description: string, example: string) =>
    root
      .command(usage, usage === 'run' ? { isDefault: true } : {})
      .description(description)
      .addHelpText('after', `\nExample:\n  ${example}`);

  command(
    'run',
    'watch until told to end (what happens without a command)',
    'MQTT_URL=mqtt://homeassistant.local MQTT_USERNAME=infra-monitor infra-monitor',
  ).action(async () => (await import('./run.ts')).runAgent(settings()));
  command(
    'once',
    'read everything once and print it; exit status 0 if all could be read, else 1',
    "infra-monitor once --json | jq '.[0].devices[0].values.cpu_used'",
  )
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => (await import('./once.ts')).readOnce({ ...settings(), ...options }));
  command(
    'check',
    'try settings, broker and collectors, and say what is missing and how to mend it',
    'sudo infra-monitor --env /etc/infra-monitor.env check',
  ).action(async () => (await import('./check.ts')).runCheck(settings()));
  command(
    'forget',
    'remove what this agent left on the broker and in Home Assistant',
    'infra-monitor forget --agent old-nas',
  )
    .argument('[device]', 'only this device, by its id')
    .option('--agent <name>', 'what another agent left, one that is gone for good')
    .option('--force', 'clean up the broker though Home Assistant does not listen')
    .action(async (device: string | undefined, options: { force?: boolean; agent?: string }) =>
      (await import('./forget.ts')).forgetDevices(device, { ...settings(), ...options }),
    );
  command('health', 'ask the running agent how it is; exit status 0 if well, else 1', 'infra-monitor health').action(
    async () => (await import('./health.ts')).checkHealth(settings()),
  );
  command(
    'dashboard',
    'write a dashboard for Home Assistant of all agents on the broker',
    'infra-monitor dashboard > lab.yaml',
  ).action(async () => (await import('./dashboard.ts')).printDashboard(settings()));
  command(
    'recorder',
    'write a package for Home Assistant that keeps out of its database what is not worth keeping',
    'infra-monitor recorder > packages/infra_monitor.yaml',
  ).action(async () => (await import('./dashboard.ts')).printRecorderPackage(settings()));
  command(
    'setup',
    'find the broker, try it, write the settings of the service, and start it',
    'sudo infra-monitor setup',
  )
    .option('--broker <address>', 'the broker, instead of asking (or MQTT_URL)')
    .option('--username <name>', 'the user at the broker (or MQTT_USERNAME; its password is in MQTT_PASSWORD)')
    .option('--site <name>', 'the location, which becomes the area of the devices (or SITE)')
    .option('--drives', 'give the service the right to ask NVMe drives')
    .action(async (options: { broker?: string; username?: string; site?: string; drives?: boolean }) =>
      (await import('./setup/index.ts')).runSetup({ ...settings(), ...options }),
    );
  command(
    'update',
    'install another release, and go back if it is not well',
    'sudo infra-monitor update --from ~/Downloads/infra-monitor',
  )
    .option('--from <place>', 'the folder or address with the files of the release')
    .action(async (options: { from?: string }) => (await import('./update.ts')).runUpdate(options));
  command(
    'uninstall',
    'remove what the agent left in Home Assistant and on the broker, and then the agent',
    'sudo infra-monitor uninstall',
  )
    .option('--keep-settings', 'leave the file of settings')
    .option('--force', 'also if Home Assistant or the broker can’t be told')
    .action(async (options: { keepSettings?: boolean; force?: boolean }) =>
      (await import('./uninstall.ts')).runUninstall(options),
    );
  root.addHelpText('after', '\nExample:\n  infra-monitor once');
  try {
    await root.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
