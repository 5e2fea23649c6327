import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

const latestAnswers = new WeakMap<Socket, Promise<void>>();

async function answerAfter(
  previous: Promise<void> | undefined,
  socket: Socket,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  if (previous !== undefined) {
    await previous;
    await nextTurn();
  }
  if (socket.destroyed) return;
  // An error that nobody listens to would end the process.
  response.on('error', () => response.destroy());
  // Node emits it when the response has been sent, or the connection is closed.
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  await answer();
  await closed;
}

/** Answers the requests of one connection one after the other, each when the response before it has been sent. Node
 * reads ahead: a client that pipelines many requests and reads no response would have all of them answered at once. */
export function answerInOrder(
  { socket }: IncomingMessage,
  response: ServerResponse,
  answer: () => Promise<void>,
): Promise<void> {
  const latest = answerAfter(latestAnswers.get(socket), socket, response, answer);
  latestAnswers.set(socket, latest);
  return latest;
}
