import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import * as z from 'zod/mini';
import { CommandError, type CommandResult } from '../../../lib/command.ts';
import { NoAnswerError, withTimeout } from '../../../lib/with-timeout.ts';
import { bounds } from '../../../model/bounds.ts';
import { parseJsonWithin } from '../../../model/json.ts';

/** The helper can't be reached, or does not run this command; the drive has not been asked. */
export class DrivesHelperError extends Error {
  /** This process may not connect to the helper. */
  readonly forbidden: boolean;

  constructor(message: string, options: { forbidden?: boolean; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.forbidden = options.forbidden ?? false;
  }
}

const answerSchema = z.union([
  z.object({ status: z.number(), stdout: z.string(), stderr: z.string() }),
  z.object({ failure: z.string(), missing: z.boolean(), timedOut: z.boolean() }),
  z.object({ refused: z.string() }),
]);

/** The time that a request takes beside its command. */
const marginSeconds = 3;

export const isDrivesHelperPresent = (socketPath: string): boolean => existsSync(socketPath);

/** What the helper writes until it closes the connection. */
function readAnswer(socketPath: string, request: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path: socketPath, signal });
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.length > bounds.drivesHelperAnswer.bytes) socket.destroy(new Error('the answer is too long'));
    });
    socket.on('error', reject);
    socket.on('end', () => resolve(answer));
    socket.on('close', () => resolve(answer));
    socket.write(request);
  });
}

/** Has the helper run the command. Rejects with a CommandError like `runCommand`, and with a DrivesHelperError if the
 * helper does not. */
export async function runCommandByDrivesHelper(
  socketPath: string,
  command: readonly string[],
  seconds: number,
): Promise<CommandResult> {
  const words = command.join(' ');
  const given = new AbortController();
  let text: string;
  try {
    const request = `${JSON.stringify({ command })}\n`;
    text = await withTimeout((seconds + marginSeconds) * 1000, readAnswer(socketPath, request, given.signal), words);
  } catch (cause) {
    if (cause instanceof NoAnswerError) throw new CommandError(cause.message, { timedOut: true });
    const forbidden = cause instanceof Error && 'code' in cause && cause.code === 'EACCES';
    throw new DrivesHelperError('the drives helper can’t be reached', { forbidden, cause });
  } finally {
    given.abort();
  }
  const answer = parseAnswer(text);
  if ('refused' in answer) throw new DrivesHelperError(`the drives helper refuses ${words}: ${answer.refused}`);
  if ('failure' in answer) throw new CommandError(answer.failure, answer);
  return answer;
}

function parseAnswer(text: string): z.output<typeof answerSchema> {
  try {
    return answerSchema.parse(parseJsonWithin(text, bounds.drivesHelperAnswer));
  } catch (cause) {
    throw new DrivesHelperError('the drives helper gave no answer', { cause });
  }
}
