import { subscribeInPortions } from './retained-by-name.ts';
import type { SingleUseBrokerConnection } from './single-use-broker-connection.ts';

/** Subscribes to topics and has them cleared. Returns those for which no empty message comes within the time after
 * that: a broker of MQTT 3.1.1 acknowledges what it drops. */
export async function clearAndFindUnclearedTopics(
  connection: SingleUseBrokerConnection,
  topics: readonly string[],
  timeoutMs: number,
  clear: () => Promise<void>,
): Promise<string[]> {
  const awaited = new Set(topics);
  let stop = () => {};
  const allCleared = new Promise<void>((resolve) => {
    stop = connection.listen(({ topic, payload }) => {
      if (payload === '') awaited.delete(topic);
      if (awaited.size === 0) resolve();
    });
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    await subscribeInPortions(connection, topics);
    await clear();
    const timedOut = new Promise((resolve) => {
      timer = setTimeout(resolve, timeoutMs);
    });
    await Promise.race([allCleared, timedOut, connection.ended]);
    return [...awaited];
  } finally {
    clearTimeout(timer);
    stop();
  }
}
