import { Command } from 'commander';
import { version } from '../version.ts';

interface Common {
  envFile?: string;
}

/** Takes the command line apart and runs the command. */
export async function program(args: readonly string[]): Promise<void> {
  const root = new Command('infra-monitor')
    .description('Watches this machine and what is near it, and tells Home Assistant over MQTT.')
    .version(version)
    .option('--env-file <path>', 'read settings from this file instead of .env');
  const common = () => root.opts<Common>();
  root
    .command('run', { isDefault: true })
    .description('watch until told to end')
    .action(async () => (await import('./run.ts')).run(common()));
  await root.parseAsync(args, { from: 'user' });
}
