import { describeReasonCode, reasonCodes } from './reason-codes.ts';

/** The broker did not take a message, and said why. */
export class PublishRefusedError extends Error {
  readonly code: number;

  constructor(code: number, bytes: number) {
    super(
      code === reasonCodes.packetTooLarge
        ? `${describeReasonCode(code)}: it has ${bytes} bytes`
        : describeReasonCode(code),
    );
    this.code = code;
  }
}

/** A message that was not sent: its packet is larger than the broker's CONNACK allows (MQTT 5, section 3.2.2.3.6), or as large as one
 * on which the broker hung up. */
export class PacketTooLargeError extends Error {
  readonly code = reasonCodes.packetTooLarge;

  constructor(bytes: number, limit: string) {
    super(`${describeReasonCode(reasonCodes.packetTooLarge)}: it would have ${bytes} bytes, and the broker ${limit}`);
  }
}

/** The broker goes on, but never acknowledged this message; whether it has it is unknown. */
export class UnacknowledgedError extends Error {
  constructor(bytes: number) {
    super(`it does not acknowledge it, ${bytes} bytes`);
  }
}
