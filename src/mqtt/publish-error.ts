import { UnredactedMessageError } from '../model/errors.ts';
import { describeReasonCode, reasonCodes } from './reason-codes.ts';

/** The broker refused a message with a reason code. */
export class PublishRefusedError extends UnredactedMessageError {
  readonly code: number;

  constructor(code: number, bytes: number) {
    super(
      code === reasonCodes.packetTooLarge
        ? `${describeReasonCode(code)}: the packet is ${bytes} bytes long`
        : describeReasonCode(code),
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
 * 3.2.2.3.6) or as large as one on which the broker closed the connection. `limit` completes “the broker …”. */
export class PacketTooLargeError extends UnredactedMessageError {
  readonly code = reasonCodes.packetTooLarge;

  constructor(bytes: number, limit: string) {
    super(
      `${describeReasonCode(reasonCodes.packetTooLarge)}: the packet would be ${bytes} bytes long, but the broker ${limit}`,
    );
  }
}

/** The broker still responds but never acknowledged this message; whether it has received it is unknown. */
export class UnacknowledgedMessageError extends UnredactedMessageError {
  constructor(bytes: number) {
    super(`no acknowledgement for ${bytes} bytes`);
  }
}
