import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { UsageError } from '../model/errors.ts';
import { version } from '../version.ts';
import { settingsExamplePath } from './installation.ts';

interface CommonOptions {
  /** Not `--env-file`: Node 20 handles that option itself, wherever it stands. */
  env?: string;
}

/** The value of an option. Otherwise `--env --help` would read a file named `--help`. */
function optionValue(text: string): string {
  if (text.startsWith('-')) throw new InvalidArgumentError('It has no value.');
  return text;
}

/** Parses the command line and runs the command; only the code that the command needs is loaded. */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const root = new Command('infra-monitor')
    .description(
      `Monitors this machine, its drives, nearby routers and Home Assistant, and publishes the results over MQTT.\nSettings are read from environment variables or from a file; all of them are in ${settingsExamplePath()}.`,
    )
    .version(version)
    .option('--env <path>', 'read settings from this file instead of .env', optionValue)
    // What is written after an unknown option may be a password.
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^(error: unknown option '[^'=]*)=[\s\S]*?'$/m, "$1'")),
    })
    .showHelpAfterError('(use --help to see commands and options)')
    .exitOverride();
  const settings = () => root.opts<CommonOptions>();
  /** For a command that reads no settings, or only those of the service. */
  const refuseEnv = (name: string) => {
    if (settings().env !== undefined) throw new UsageError(`--env has no effect on ${name}`);
  };
  // A default command would take the name of an unknown command for an argument of its own.
  const { operands } = new Command().option('--env <path>').parseOptions([...args]);
  const command = (name: string, description: string, example: string) =>
    root
      .command(name, { isDefault: name === 'run' && operands.length === 0 })
      .description(description)
      .addHelpText('after', `\nExample:\n  ${example}`);

  command(
    'run',
    'run until stopped (the default command)',
    'MQTT_URL=mqtt://homeassistant.local MQTT_USERNAME=infra-monitor infra-monitor',
  ).action(async () => (await import('./run.ts')).runAgentCommand(settings()));
  command(
    'once',
    'read everything once and print it; exit status 0 if everything could be read, otherwise 1',
    "infra-monitor once --json | jq '.[0].devices[0].values.cpu_used'",
  )
    .option('--json', 'print JSON')
    .action(async (options: { json?: boolean }) =>
      (await import('./once.ts')).runOnceCommand({ ...settings(), ...options }),
    );
  command(
    'check',
    'check settings, broker and collectors, and print what is missing and how to fix it',
    'sudo infra-monitor --env /etc/infra-monitor.env check',
  ).action(async () => (await import('./check.ts')).runCheckCommand(settings()));
  command(
    'forget',
    'remove this agent’s data from the broker and its devices from Home Assistant',
    'infra-monitor forget --agent old_nas',
  )
    .argument('[device]', 'ID of the device to remove, or <device>/<part>; all devices unless given')
    .option('--list', 'print the devices and parts on the broker, and the other agents')
    .option('--agent <id>', 'remove the data of another agent that is no longer in use', optionValue)
    .option('--force', 'clean up the broker even if Home Assistant is not connected to it')
    .action(async (device: string | undefined, options: { force?: boolean; agent?: string; list?: boolean }) =>
      (await import('./forget.ts')).runForgetCommand(device, { ...settings(), ...options }),
    );
  command(
    'adopt',
    'take over the ID of an agent that is no longer in use, with its devices and their history',
    'sudo infra-monitor --env /etc/infra-monitor.env adopt old_nas',
  )
    .argument('<id>', 'AGENT_ID to write to the settings file')
    .action(async (id: string) => (await import('./adopt.ts')).runAdoptCommand(id, settings()));
  command(
    'health',
    'query the running agent; exit status 0 if it is healthy, otherwise 1',
    'infra-monitor health',
  ).action(async () => (await import('./health.ts')).runHealthCommand(settings()));
  const instanceOption = [
    '--instance <name>',
    'name in HA_BASE_URL of the Home Assistant; otherwise the first',
  ] as const;
  command(
    'dashboard',
    'print a Home Assistant dashboard for all agents on the broker, or install it',
    'infra-monitor dashboard --install',
  )
    .option(...instanceOption, optionValue)
    .option('--install', 'save it in Home Assistant, or update it there; asks for the token of an administrator')
    .option('--token-file <path>', 'file with that token, which is not kept', optionValue)
    .option('--force', 'replace a dashboard that was changed in Home Assistant')
    .action(async (options: { instance?: string; install?: boolean; tokenFile?: string; force?: boolean }) =>
      (await import('./dashboard.ts')).runDashboardCommand({ ...settings(), ...options }),
    );
  command(
    'recorder',
    'print a Home Assistant package that keeps short-lived values out of its database',
    'infra-monitor recorder > packages/infra_monitor.yaml',
  )
    .option(...instanceOption, optionValue)
    .action(async (options: { instance?: string }) =>
      (await import('./dashboard.ts')).runRecorderCommand({ ...settings(), ...options }),
    );
  command(
    'setup',
    'find and test the broker, write the service’s settings, and start the service',
    'sudo infra-monitor setup',
  )
    .option('--broker <address>', 'URL of the broker (or MQTT_URL)', optionValue)
    .option(
      '--username <name>',
      'username at the broker (or MQTT_USERNAME; the password is read from MQTT_PASSWORD)',
      optionValue,
    )
    .option('--site <name>', 'location, the suggested area in Home Assistant (or SITE)', optionValue)
    .option('--drives', 'set up the helper that reads the health of drives')
    .action(async (options: { broker?: string; username?: string; site?: string; drives?: boolean }) =>
      (await import('./setup/index.ts')).runSetupCommand({ ...settings(), ...options }),
    );
  command(
    'drives-helper',
    'answer the agent’s questions about drives, as root; started by systemd',
    'sudo systemctl enable --now infra-monitor-drives.socket',
  ).action(async () => {
    refuseEnv('drives-helper');
    await (await import('./drives-helper.ts')).runDrivesHelperCommand();
  });
  command(
    'update',
    'install another release, and restore the previous one if the agent is not healthy',
    'sudo infra-monitor update --from ~/Downloads/infra-monitor',
  )
    .option('--from <place>', 'folder or URL with the files of the release', optionValue)
    .action(async (options: { from?: string }) => {
      refuseEnv('update, which uses the settings of the service');
      await (await import('./update/index.ts')).runUpdateCommand(options);
    });
  command(
    'uninstall',
    'remove the devices from Home Assistant and the data from the broker, then the agent',
    'sudo infra-monitor uninstall',
  )
    .option('--keep-settings', 'keep the settings file')
    .option('--force', 'remove the agent even if Home Assistant or the broker is not reachable')
    .action(async (options: { keepSettings?: boolean; force?: boolean }) => {
      await (await import('./uninstall.ts')).runUninstallCommand({ ...settings(), ...options });
    });
  root.addHelpText(
    'after',
    `
Exit status:
  0 success, 1 failure, 2 wrong settings or usage; before Node 22.15 also 143, as for SIGTERM,
  if a file of the kernel does not answer (all output has been written by then)

Example:
  infra-monitor once`,
  );
  try {
    await root.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : 2;
  }
}
