import { randomUUID } from 'node:crypto';
import { UnredactedMessageError, UsageError } from '../model/errors.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { connectTemporarily } from './connect-temporarily.ts';
import { signLivenessAnswer } from './liveness-answer-signature.ts';
import { livenessQuestionPayload, parseLivenessAnswer, signedLivenessQuestionPayload } from './liveness-messages.ts';
import type { MqttSettings } from './settings.ts';

// Brokers close the older of two connections with the same client ID, some without a reason, and retained statuses may
// be stale. So an agent that lost its connection asks on the ping topic, to which all agents of its name subscribe,
// whether there is another.

/** Milliseconds that an answer may take, and between two questions: the other agent may not have subscribed yet. */
const answerTimeoutMs = 2500;
const questionIntervalMs = 500;

/** What an answer on the ping topic is worth: `signed` is one of an agent with the same MQTT_PASSWORD. Without a
 * password none can be signed; with one, an unsigned answer may be that of any client of the broker. */
export type DuplicateAgentAnswer = 'signed' | 'unsigned' | 'forgeable';

/** How another agent of the same name answers; undefined if none does. Rejects if it cannot be asked. */
export async function findDuplicateAgent(
  settings: MqttSettings,
  agent: AgentIdentity,
): Promise<DuplicateAgentAnswer | undefined> {
  const connection = await connectTemporarily(settings, agent);
  const token = randomUUID();
  const { ping } = new Topics(agent);
  const { password } = connection;
  const question = password === undefined ? livenessQuestionPayload(token) : signedLivenessQuestionPayload(token);
  const ask = () => connection.publish(ping, question, { retain: false });
  let timer: NodeJS.Timeout | undefined;
  let interval: NodeJS.Timeout | undefined;
  try {
    // Computes the key, which takes its time, before the answer is waited for.
    if (password !== undefined) await signLivenessAnswer(password, ping, token);
    const answered = new Promise<DuplicateAgentAnswer | undefined>((resolve, reject) => {
      let unsigned: 'unsigned' | undefined;
      let isAsked = false;
      const giveUp = () => {
        if (isAsked || unsigned !== undefined) resolve(unsigned);
        else reject(new UnredactedMessageError(`messages sent to ${ping} do not come back`));
      };
      timer = setTimeout(giveUp, answerTimeoutMs);
      connection.listen(({ payload }) => {
        if (payload === question) isAsked = true;
        const answer = parseLivenessAnswer(payload, token);
        if (answer === undefined) return;
        if (password === undefined) return resolve('forgeable');
        unsigned = 'unsigned';
        if (answer.signature === undefined) return;
        signLivenessAnswer(password, ping, answer.tokens).then((signature) => {
          if (signature === answer.signature) resolve('signed');
        }, reject);
      });
      void connection.ended.then((reason) =>
        reject(reason ?? new UnredactedMessageError(`the connection ended while ${ping} was being asked`)),
      );
    });
    answered.catch(() => undefined);
    await connection.subscribe([ping]);
    await ask();
    interval = setInterval(() => void ask().catch(() => undefined), questionIntervalMs);
    return await answered;
  } finally {
    clearTimeout(timer);
    clearInterval(interval);
    await connection.close();
  }
}

/** Whether anybody answers as another agent of the same name. Rejects with a UsageError if it cannot be asked. */
export async function isDuplicateAgentConnected(settings: MqttSettings, agent: AgentIdentity): Promise<boolean> {
  const answer = await findDuplicateAgent(settings, agent).catch((cause: unknown) => {
    throw new UsageError(`It is unknown whether ${agent.name} is running`, { cause });
  });
  return answer !== undefined;
}
