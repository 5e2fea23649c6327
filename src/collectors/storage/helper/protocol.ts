// One question a connection: the client sends one line of JSON,
// `{"command":["nvme","smart-log","/dev/nvme0","-o","json"]}`, and the helper one line back. A client that closes the
// connection before withdraws its question.

/** Where the helper listens, on the host; the socket is readable and writable for root and the group of the agent. */
export const drivesHelperSocketPath = '/run/infra-monitor/drives.sock';

/** Seconds until the helper ends a command, as sudo's rule does. */
export const commandTimeoutSeconds = 10;

export type DrivesHelperAnswer =
  /** The command has ended. */
  | { status: number; stdout: string; stderr: string }
  /** It could not be run, was ended, or is not installed (`missing`). */
  | { failure: string; missing: boolean; timedOut: boolean }
  /** It is not on the list, or names no drive of this machine. */
  | { refused: string };
