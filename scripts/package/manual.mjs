const literal = (text) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/^(['.])/gm, '\\&$1');
const terms = (rows) => rows.map(({ term, description }) => `.TP\n.B ${literal(term)}\n${literal(description)}`);

/** The man page, in the macros of man(7). */
export function manualPage({ options, commands }, { version }, date) {
  return `${[
    `.TH INFRA\\-MONITOR 1 "${date}" "${version}" "User Commands"`,
    // Names of options and settings stay whole, and spaces as they are.
    '.nh',
    '.ad l',
    '.SH NAME',
    'infra\\-monitor \\- monitor a home lab over MQTT, for Home Assistant',
    '.SH SYNOPSIS',
    '.B infra\\-monitor',
    '[\\fIoptions\\fR] [\\fIcommand\\fR]',
    '.SH DESCRIPTION',
    literal(
      'Monitors this machine, its drives and pools, nearby routers and Home Assistant, and publishes the readings as retained MQTT topics. Home Assistant creates devices and entities from them automatically.',
    ),
    'Without a command, it runs until it is stopped.',
    '.SH OPTIONS',
    ...terms([...options, { term: '-h, --help', description: 'show help, after a command that of the command' }]),
    '.SH COMMANDS',
    ...commands.flatMap((command) => [
      '.TP',
      `.B ${literal(command.usage)}`,
      literal(command.description),
      ...(command.options.length + command.arguments.length === 0
        ? []
        : ['.RS', ...terms([...command.arguments, ...command.options]), '.RE']),
    ]),
    '.SH EXIT STATUS',
    ...terms([
      { term: '0', description: 'Success.' },
      { term: '1', description: 'Something failed or could not be read.' },
      { term: '2', description: 'A setting or the command line is invalid.' },
      {
        term: '143',
        description:
          'As for SIGTERM, before Node.js 22.15, if a file of the kernel does not answer; all output has been written by then.',
      },
    ]),
    '.SH FILES',
    ...terms([
      { term: '/etc/infra-monitor.env', description: 'The settings of the service. Only root can read this file.' },
      {
        term: '/usr/share/doc/infra-monitor/examples/infra-monitor.env',
        description: 'All settings, with explanations.',
      },
    ]),
    '.SH EXAMPLES',
    ...commands.flatMap(({ example }) => (example === undefined ? [] : ['.TP', `.B ${literal(example)}`])),
    '.SH SEE ALSO',
    '.BR systemctl (1),',
    '.BR journalctl (1),',
    '.BR mosquitto_sub (1)',
  ].join('\n')}\n`;
}
