import { randomUUID } from 'node:crypto';
import { echoTopic } from '../model/naming.ts';
import type { Agent } from '../model/state.ts';
import type { Connection, Message } from './connection.ts';
import type { MqttSettings } from './settings.ts';
import { visit } from './visit.ts';

// Brokers throw out the older of two connections of one name, some without a reason, and keep stale words of who is online.
// So an agent that lost its connection asks on the topic that all of its name hear whether another one lives.

const asked = /^who is there\? (.+)$/;
export const question = (token: string) => `who is there? ${token}`;
export const answer = (token: string) => `I am: ${token}`;

/** Milliseconds that a living agent may take to answer, and between two questions: it may just be about to listen. */
const patience = 2500;
const insistence = 500;

/** Answers another agent of our name. */
export function answerNamesake(connection: Connection, agent: Agent, { topic, payload }: Message): void {
  const token = topic === echoTopic(agent) ? asked.exec(payload)?.[1] : undefined;
  if (token !== undefined) void connection.publish(topic, answer(token), { retain: false }).catch(() => undefined);
}

/** Is another agent of our name connected? False where the broker can't be asked. */
export async function hasNamesake(settings: MqttSettings, agent: Agent): Promise<boolean> {
  const connection = await visit(settings, agent).catch(() => undefined);
  if (connection === undefined) return false;
  const token = randomUUID();
  const ask = () => connection.publish(echoTopic(agent), question(token), { retain: false });
  let timer: NodeJS.Timeout | undefined;
  let again: NodeJS.Timeout | undefined;
  try {
    const answered = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patience);
      connection.listen(({ payload }) => payload === answer(token) && resolve(true));
      void connection.ended.then(() => resolve(false));
    });
    await connection.subscribe([echoTopic(agent)]);
    await ask();
    again = setInterval(() => void ask().catch(() => undefined), insistence);
    return await answered;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    clearInterval(again);
    await connection.close();
  }
}
