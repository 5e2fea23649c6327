import { type BrokerErrorTexts, brokerErrorTexts } from '../model/broker-error-texts.ts';
import { UnredactedMessageError } from '../model/errors.ts';
import type { TranslatableText } from '../model/translation.ts';
import { describeReasonCode, reasonCodes } from './reason-codes.ts';

/** Why a message did not reach the broker, or a subscription did not. */
export class PublishError extends UnredactedMessageError {
  readonly wording: TranslatableText<BrokerErrorTexts>;

  constructor(wording: TranslatableText<BrokerErrorTexts>) {
    super(wording());
    this.wording = wording;
  }
}

/** The broker refused a message with a reason code. */
export class PublishRefusedError extends PublishError {
  readonly code: number;

  constructor(code: number, bytes: number) {
    const reason = describeReasonCode(code);
    super((texts = brokerErrorTexts) =>
      code === reasonCodes.packetTooLarge ? texts.packetSize(reason, bytes) : reason,
    );
    this.code = code;
  }
}

/** The broker refused a subscription: in MQTT 5 with a reason code, in MQTT 3.1.1 with 0x80 whatever the reason. */
export class SubscriptionRefusedError extends UnredactedMessageError {
  readonly code: number;
  /** The filters that it refused. */
  readonly topics: readonly string[];

  constructor(code: number, topics: readonly string[]) {
    super(describeReasonCode(code));
    this.code = code;
    this.topics = topics;
  }
}

/** A message that was not sent, because its packet is larger than the broker's CONNACK allows (MQTT 5, section
 * 3.2.2.3.6) or as large as one on which the broker closed the connection. */
export class PacketTooLargeError extends PublishError {
  readonly code = reasonCodes.packetTooLarge;

  constructor(bytes: number, limit: { accepted: number } | { closedAt: number }) {
    const reason = describeReasonCode(reasonCodes.packetTooLarge);
    super((texts = brokerErrorTexts) =>
      'accepted' in limit
        ? texts.packetAboveLimit(reason, bytes, limit.accepted)
        : texts.packetClosesConnection(reason, bytes, limit.closedAt),
    );
  }
}

/** The broker did not answer a subscription, or the end of one. */
export class UnansweredSubscriptionError extends PublishError {}

/** The broker still responds but never acknowledged this message; whether it has received it is unknown. */
export class UnacknowledgedMessageError extends PublishError {
  constructor(bytes: number) {
    super((texts = brokerErrorTexts) => texts.noAcknowledgement(bytes));
  }
}
