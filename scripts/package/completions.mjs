const longOf = ({ term }) => /--[a-z-]+/.exec(term)?.[0];
const takesValue = ({ term }) => term.includes('<');
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** For bash, read by bash-completion when the command is first completed. */
export function bashCompletion({ options, commands }) {
  const own = (rows) => rows.map(longOf).filter(Boolean).join(' ');
  return `# bash completion for infra-monitor
_infra_monitor() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case $word in
    ${commands.map(({ name }) => name).join(' | ')}) command=$word; break ;;
    esac
  done
  if [ "$previous" = --env ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$current")
    return
  fi
  local words
  case $command in
  '') words=${quoted(`${own(options)} --help ${commands.map(({ name }) => name).join(' ')}`)} ;;
${commands.map(({ name, options: its }) => `  ${name}) words=${quoted(`${own(its)} --help`.trim())} ;;`).join('\n')}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -F _infra_monitor infra-monitor
`;
}

/** For zsh. */
export function zshCompletion({ options, commands }) {
  const plain = (text) => text.replaceAll(/[[\]:]/g, (character) => `\\${character}`);
  const spec = (row) =>
    quoted(
      `${longOf(row)}[${plain(row.description)}]${takesValue(row) ? `:value:${longOf(row) === '--env' ? '_files' : ''}` : ''}`,
    );
  return `#compdef infra-monitor
local -a commands
commands=(
${commands.map(({ name, description }) => `  ${quoted(`${name}:${plain(description)}`)}`).join('\n')}
)
_arguments -C ${options.map(spec).join(' ')} '--help[show help]' '1:command:{_describe command commands}' '*::argument:->rest'
case $words[1] in
${commands
  .filter(({ options: its }) => its.length > 0)
  .map(({ name, options: its }) => `${name}) _arguments ${its.map(spec).join(' ')} ;;`)
  .join('\n')}
esac
`;
}

/** For fish. */
export function fishCompletion({ options, commands }) {
  const line = (condition, row) =>
    `complete -c infra-monitor ${condition}-l ${longOf(row).slice(2)}${longOf(row) === '--env' ? ' -r -F' : takesValue(row) ? ' -x' : ''} -d ${quoted(row.description)}`;
  return `${[
    'complete -c infra-monitor -f',
    ...options.map((row) => line('', row)),
    ...commands.map(
      ({ name, description }) =>
        `complete -c infra-monitor -n __fish_use_subcommand -a ${name} -d ${quoted(description)}`,
    ),
    ...commands.flatMap(({ name, options: its }) =>
      its.map((row) => line(`-n '__fish_seen_subcommand_from ${name}' `, row)),
    ),
  ].join('\n')}\n`;
}
