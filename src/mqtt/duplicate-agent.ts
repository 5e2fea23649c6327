import { randomUUID } from 'node:crypto';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { connectTemporarily } from './connect-once.ts';
import type { MqttSettings } from './settings.ts';
import type { ReceivedMessage, SingleUseBrokerConnection } from './single-use-broker-connection.ts';

// Brokers close the older of two connections with the same client ID, some without a reason, and retained statuses may be stale.
// So an agent that lost its connection asks on the ping topic, to which all agents of its name subscribe, whether there is another.

const questionPattern = /^who is there\? (.+)$/;
export const livenessQuestionPayload = (token: string) => `who is there? ${token}`;
export const livenessAnswerPayload = (token: string) => `I am: ${token}`;

/** Milliseconds that an answer may take, and between two questions: the other agent may not have subscribed yet. */
const answerTimeoutMs = 2500;
const questionIntervalMs = 500;

/** Answers the question of another agent of the same name. */
export function answerLivenessQuestion(
  connection: SingleUseBrokerConnection,
  agent: AgentIdentity,
  { topic, payload }: ReceivedMessage,
): void {
  const token = topic === new Topics(agent).ping ? questionPattern.exec(payload)?.[1] : undefined;
  if (token !== undefined)
    void connection.publish(topic, livenessAnswerPayload(token), { retain: false }).catch(() => undefined);
}

/** Whether another agent of the same name is connected; false if the broker cannot be reached. */
export async function isDuplicateAgentConnected(settings: MqttSettings, agent: AgentIdentity): Promise<boolean> {
  const connection = await connectTemporarily(settings, agent).catch(() => undefined);
  if (connection === undefined) return false;
  const token = randomUUID();
  const { ping } = new Topics(agent);
  const ask = () => connection.publish(ping, livenessQuestionPayload(token), { retain: false });
  let timer: NodeJS.Timeout | undefined;
  let interval: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), answerTimeoutMs);
      connection.listen(({ payload }) => payload === livenessAnswerPayload(token) && resolve(true));
      void connection.ended.then(() => resolve(false));
    });
    await connection.subscribe([ping]);
    await ask();
    interval = setInterval(() => void ask().catch(() => undefined), questionIntervalMs);
    return await answered;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    clearInterval(interval);
    await connection.close();
  }
}
