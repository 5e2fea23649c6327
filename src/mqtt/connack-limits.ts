import type { IConnackPacket } from 'mqtt-packet';
import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import type { TranslatableText } from '../model/translation.ts';
import { PacketTooLargeError } from './publish-error.ts';

/** What a broker's CONNACK (MQTT 5, section 3.2.2.3) sets for the packets of this connection. Not here: Server Keep
 * Alive, which mqtt.js follows, and Topic Alias Maximum, since aliases are never sent. */
export class ConnackLimits {
  /** Messages that may be unacknowledged at a time. */
  readonly receiveMaximum: number;
  /** What the broker lacks that this agent needs; undefined if nothing. */
  readonly missingFeature: TranslatableText<BrokerErrorTexts> | undefined;
  /** Whether topics may be subscribed to with `+` and `#`. */
  readonly takesWildcards: boolean;
  readonly #maxPacketBytes: number;

  constructor({ properties = {} }: Pick<IConnackPacket, 'properties'>) {
    this.receiveMaximum = properties.receiveMaximum ?? Number.POSITIVE_INFINITY;
    this.missingFeature = missingFeature(properties);
    this.takesWildcards = properties.wildcardSubscriptionAvailable !== false;
    this.#maxPacketBytes = properties.maximumPacketSize ?? Number.POSITIVE_INFINITY;
  }

  /** Throws PacketTooLargeError for a packet that the broker does not accept. */
  assertAccepts(bytes: number): void {
    if (bytes > this.#maxPacketBytes) throw new PacketTooLargeError(bytes, { accepted: this.#maxPacketBytes });
  }
}

function missingFeature(
  properties: NonNullable<IConnackPacket['properties']>,
): TranslatableText<BrokerErrorTexts> | undefined {
  if (properties.retainAvailable === false) return (texts = brokerErrorTexts) => texts.noRetainedMessages;
  if (properties.maximumQoS === 0) return (texts = brokerErrorTexts) => texts.onlyQos0;
  return undefined;
}
