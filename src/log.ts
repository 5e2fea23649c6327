import pino, { type Logger } from 'pino';
import { PerMinuteLimiter } from './lib/per-minute-limiter.ts';
import { printableText } from './lib/printable-text.ts';
import { bounds } from './model/bounds.ts';

export type Log = Logger;

const infoLevel = 30;

const reset = '\u001b[0m';
const levels: Record<number, { name: string; colour: string }> = {
  10: { name: 'trace', colour: '\u001b[90m' },
  20: { name: 'debug', colour: '\u001b[90m' },
  30: { name: 'info', colour: '\u001b[32m' },
  40: { name: 'warn', colour: '\u001b[33m' },
  50: { name: 'error', colour: '\u001b[31m' },
  60: { name: 'fatal', colour: '\u001b[31m' },
};

/** Formats a line of pino's JSON as text. */
function formatLine(json: string, colours: boolean): string {
  const { level, time, msg } = JSON.parse(json) as { level: number; time: number; msg: string };
  const { name, colour } = levels[level] ?? { name: String(level), colour: '' };
  const at = new Date(time).toISOString().slice(0, 19).replace('T', ' ');
  const label = name.padEnd(5);
  return `${at} ${colours ? `${colour}${label}${reset}` : label} ${msg}\n`;
}

/** On one line of limited length. */
function printableLine(text: string): string {
  const { characters } = bounds.logLine;
  const beginning = text.length > characters ? `${text.slice(0, characters)}…` : text;
  return printableText(beginning);
}

/** Logs to a stream, as text (in colour on a terminal) or as JSON. */
export function createLog(
  { LOG_LEVEL, LOG_FORMAT }: { LOG_LEVEL: string; LOG_FORMAT: 'text' | 'json' },
  stream: NodeJS.WriteStream = process.stdout,
): Log {
  const colours = stream.isTTY && !process.env.NO_COLOR;
  const write =
    LOG_FORMAT === 'json'
      ? (json: string) => stream.write(json)
      : (json: string) => stream.write(formatLine(json, colours));
  const limit = new PerMinuteLimiter(bounds.logLinesPerMinute);
  return pino(
    {
      level: LOG_LEVEL,
      base: null,
      hooks: {
        logMethod([message], method, level) {
          // Whoever asks for more than `info` wants every line.
          const admitted = level < infoLevel ? { leftOut: 0 } : limit.admit();
          if (admitted === undefined) return;
          if (admitted.leftOut > 0) method.call(this, `${admitted.leftOut} lines of a minute were left out`);
          method.call(this, printableLine(String(message)));
        },
      },
    },
    { write },
  );
}
