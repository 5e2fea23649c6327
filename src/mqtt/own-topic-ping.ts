import { randomUUID } from 'node:crypto';
import { UnredactedMessageError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { PublishRefusedError } from './publish-error.ts';
import { reasonCodes } from './reason-codes.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Milliseconds of silence after which a message that does not come back counts as lost or forbidden. On a slow link it
 * comes after everything that was sent before it. */
const usualMaxSilenceMs = 5000;

/** Makes round trips until one brings nothing more: some brokers deliver a new message before retained ones. */
export async function roundTripUntilQuiet(
  received: { readonly size: number },
  roundTrip: () => Promise<void>,
): Promise<void> {
  let previousCount: number;
  do {
    previousCount = received.size;
    await roundTrip();
  } while (received.size > previousCount);
}

/** Publishes to the own ping topic and resolves when the message comes back. */
export async function pingBrokerThroughOwnTopic(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  maxSilenceMs = usualMaxSilenceMs,
): Promise<void> {
  const token = randomUUID();
  const topics = new Topics(agent);
  const { ping, ownFilter } = topics;
  let timer: NodeJS.Timeout | undefined;
  let stops: (() => void)[] = [];
  const returned = new Promise<void>((resolve, reject) => {
    let hasReceived = false;
    const giveUp = () =>
      reject(
        new UnredactedMessageError(
          hasReceived
            ? `messages sent to ${ping} do not come back, although other messages arrive: the broker drops them, or does not let this user write ${ping}`
            : `messages sent to ${ping} do not come back: the broker must let this user read and write ${ownFilter}`,
        ),
      );
    timer = setTimeout(giveUp, maxSilenceMs);
    stops = [
      connection.listenToBytes(() => timer?.refresh()),
      connection.listen(({ topic, payload }) => {
        hasReceived ||= topics.isOwn(topic);
        if (topic === ping && payload === token) resolve();
      }),
    ];
    void connection.ended.then(() =>
      reject(new UnredactedMessageError('the connection ended while retained messages were being read')),
    );
  });
  returned.catch(() => undefined);
  try {
    const sent = connection.publish(ping, token, { retain: false }).catch((cause: unknown) => {
      const isForbidden = cause instanceof PublishRefusedError && cause.code === reasonCodes.notAuthorized;
      throw new UnredactedMessageError(
        `the broker refuses ${ping}${isForbidden ? `: it must let this user write ${ownFilter}` : ''}`,
        { cause },
      );
    });
    await Promise.all([sent, returned]);
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}
