/** What is said of problems that no table finds. */
export const generalProblemTexts = {
  broker: (url: string) => `Broker ${url}`,
  notConnected: 'not connected',
  notConnectedTo: (url: string) => `not connected to ${url}`,
  /** `since`: in ISO 8601. */
  overdueSince: (collector: string, since: string) => `collector ${collector} has been overdue since ${since}`,
  timedOut: (seconds: number) => `timed out after ${seconds} s`,
  readingDoesNotEnd: 'a reading does not end',
  noLongerPresent: 'no longer present',
  wasOnIt: (mounts: string) => `${mounts} was on it`,
  clearsWhenBack: 'when it is back',
  forgetIfRemoved:
    'if it was removed on purpose, press Forget on its device in Home Assistant, or delete the device there',
  lastKnown: '(last known)',
  /** As state of the entity *Problem reason*. */
  noReason: 'none',
};

export type GeneralProblemTexts = typeof generalProblemTexts;
