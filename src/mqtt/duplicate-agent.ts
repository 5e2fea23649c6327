import { randomUUID } from 'node:crypto';
import { pingTopic } from '../model/naming.ts';
import type { AgentIdentity } from '../model/state.ts';
import { connectOnce } from './connect-once.ts';
import type { Connection, MqttMessage } from './connection.ts';
import type { MqttSettings } from './settings.ts';

// Brokers throw out the older of two connections of one name, some without a reason, and keep stale words of who is online.
// So an agent that lost its connection asks on the topic that all of its name hear whether another one lives.

const questionPattern = /^who is there\? (.+)$/;
export const livenessQuestion = (token: string) => `who is there? ${token}`;
export const livenessAnswer = (token: string) => `I am: ${token}`;

/** Milliseconds that a living agent may take to answer, and between two questions: it may just be about to listen. */
const answerTimeoutMs = 2500;
const questionIntervalMs = 500;

/** Answers another agent of our name. */
export function answerLivenessQuestion(
  connection: Connection,
  agent: AgentIdentity,
  { topic, payload }: MqttMessage,
): void {
  const token = topic === pingTopic(agent) ? questionPattern.exec(payload)?.[1] : undefined;
  if (token !== undefined)
    void connection.publish(topic, livenessAnswer(token), { retain: false }).catch(() => undefined);
}

/** Is another agent of our name connected? False where the broker can't be asked. */
export async function hasDuplicateAgent(settings: MqttSettings, agent: AgentIdentity): Promise<boolean> {
  const connection = await connectOnce(settings, agent).catch(() => undefined);
  if (connection === undefined) return false;
  const token = randomUUID();
  const ask = () => connection.publish(pingTopic(agent), livenessQuestion(token), { retain: false });
  let timer: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), answerTimeoutMs);
      connection.listen(({ payload }) => payload === livenessAnswer(token) && resolve(true));
      void connection.ended.then(() => resolve(false));
    });
    await connection.subscribe([pingTopic(agent)]);
    await ask();
    again = setInterval(() => void ask().catch(() => undefined), questionIntervalMs);
    return await answered;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    clearInterval(again);
    await connection.close();
  }
}
