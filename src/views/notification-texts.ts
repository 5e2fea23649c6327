/** What notifications say. Times are in the agent's time zone. */
export const notificationTexts = {
  /** `2 Jan 2026, 03:04 UTC`. */
  time: (at: Date) =>
    at.toLocaleString('en-GB', {
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    }),
  andMore: (count: number) => `and ${count} more`,
  /** “Outage since 2 Jan 2026, 03:04 UTC”. */
  since: (severity: string, time: string) => `${severity} since ${time}`,
  worse: (severity: string, before: string, time: string) =>
    `Worse than before: ${severity} instead of ${before}; it began ${time}`,
  serialNumber: (serialNumber: string) => `Serial number: ${serialNumber}`,
  /** `duration` is absent if it was less than a minute. */
  resolved: (text: string, duration: string | undefined) =>
    `Resolved ${duration === undefined ? 'within a minute' : `after ${duration}`}: ${text}`,
  alsoAffected: (list: string) => `Also affected: ${list}`,
  whatToDo: (remedy: string) => `What to do: ${remedy}`,
  /** Why the server does not take a message. */
  refused(status: number, advice: 'checkLogin' | 'checkAddress' | undefined): string {
    const whatToCheck = {
      checkLogin: 'NOTIFY_TOKEN, or the user name and password in NOTIFY_URL',
      checkAddress: 'NOTIFY_URL',
    };
    return `HTTP status ${status}${advice === undefined ? '' : `; check ${whatToCheck[advice]}`}`;
  },
};

export type NotificationTexts = typeof notificationTexts;
