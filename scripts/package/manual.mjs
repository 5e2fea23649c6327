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
    '.SH NAME',
    'infra\\-monitor \\- tell Home Assistant over MQTT how this machine and what is near it are',
    '.SH SYNOPSIS',
    '.B infra\\-monitor',
    '[\\fIoptions\\fR] [\\fIcommand\\fR]',
    '.SH DESCRIPTION',
    literal(
      'Reads this machine, its NVMe drives, the routers near it and Home Assistant, and publishes how they are as retained MQTT topics, which Home Assistant discovers by itself.',
    ),
    'Without a command it does so until it is told to end.',
    '.SH OPTIONS',
    ...terms(options),
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
      { term: '0', description: 'All went well.' },
      { term: '1', description: 'Something could not be done or read.' },
      { term: '2', description: 'A setting or the command line is wrong.' },
    ]),
    '.SH FILES',
    ...terms([
      { term: '/etc/infra-monitor.env', description: 'The settings of the service, for root alone.' },
      {
        term: '/usr/share/doc/infra-monitor/examples/infra-monitor.env',
        description: 'Every setting, with what it means.',
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
