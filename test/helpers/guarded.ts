import type { AedesOptions } from 'aedes';
import { onTestFinished } from 'vitest';
import { SingleUseBrokerConnection } from '../../src/mqtt/single-use-broker-connection.ts';
import { startBroker } from './broker.ts';

/** A connection to a broker that drops what is written to these topics, as brokers of MQTT 3.1.1 do, and refuses these
 * subscriptions. */
export async function guarded({ unwritten, unread }: { unwritten?: RegExp; unread?: RegExp }) {
  const options: AedesOptions = {
    authorizePublish(_client, packet, done) {
      if (unwritten?.test(packet.topic)) packet.topic = 'dropped';
      done(null);
    },
    authorizeSubscribe: (_client, subscription, done) =>
      done(null, unread?.test(subscription.topic) ? null : subscription),
  };
  const broker = await startBroker(options);
  const connection = await SingleUseBrokerConnection.open(broker.settings, { clientId: 'me', protocolVersion: 4 });
  onTestFinished(() => connection.abort());
  return { ...broker, connection };
}
