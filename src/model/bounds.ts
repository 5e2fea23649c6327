const kibibyte = 1024;
const mebibyte = 1024 ** 2;

/** How much of anything from outside is taken. Every border uses these; what exceeds one is refused or cut. `depth`: of
 * brackets or elements. */
export const bounds = {
  /** The discovery payload of a machine with 500 file systems has 1.6 MB, that of one with 1,000 disks, 1,000 file
   * systems and 600 interfaces 8 MB, and the agent reads its own payloads back at each start. Ours have five levels. */
  brokerMessage: { bytes: 16 * mebibyte, depth: 16 },
  /** Retained messages, before only short ones are read whole: three times as much as the largest machine has. */
  retainedOnConnection: { bytes: 32 * mebibyte },
  /** A device has few hundred values, most of them 2 kB. */
  reportedState: { bytes: 64 * kibibyte, depth: 8 },
  /** An agent publishes at most 8 kB. */
  problemList: { bytes: 32 * kibibyte, depth: 4 },
  /** The largest memory, two years of a drive's history, has about 14 kB and three levels. */
  memory: { bytes: 64 * kibibyte, depth: 8 },
  claim: { bytes: 1000, depth: 2 },
  /** A list of 10,000 topics has about 800 kB. */
  retainedIndex: { bytes: 4 * mebibyte, depth: 2 },
  /** More than any home lab has; anybody may publish more. */
  reportedAgents: { items: 2000 },
  devicesOfReportedAgent: { items: 500 },
  /** On the page, which is rendered every few seconds while somebody looks. */
  agentsOnPage: { items: 100 },
  /** Of all of them together, each agent its share. */
  devicesOfAgentsOnPage: { items: 1000 },
  /** Home Assistant takes no longer state. */
  reportedText: { characters: 255 },
  /** Questions within a minute, whether this agent is running, that are answered one by one: each agent asks five times
   * a minute at most. */
  livenessAnswers: { items: 300 },
  /** Further questions that are answered together: 2,500 a second, in answers of at most 32 kB. */
  livenessAnswerTokens: { items: 500 },
  /** Commands over MQTT that are carried out within a minute: a person presses one button. */
  commands: { items: 20 },

  /** The messages of a machine with 1,000 disks that come and go are cut; a minute of any other log is not. */
  logLinesPerMinute: { items: 300 },
  /** Before the stack of an error, which is the longest of the program's own messages. */
  logLine: { characters: 4000 },
  /** Quoted in an error message. */
  excerpt: { characters: 120 },
  /** What a command writes to standard error, in an error message. */
  commandError: { characters: 500 },
  commandOutput: { bytes: 1_000_000, depth: 32 },

  /** No command on the helper's list is nearly as long. */
  drivesHelperRequest: { bytes: kibibyte, depth: 3 },
  /** Twice what a command may print, since JSON escapes quotes and line breaks. */
  drivesHelperAnswer: { bytes: 2_500_000, depth: 2 },
  /** As many as an agent opens for its drives; what comes beyond that is closed at once. */
  drivesHelperConnections: { items: 256 },

  settingsFile: { bytes: mebibyte },
  secretFile: { bytes: 64 * kibibyte },
  /** The authorities of a distribution have about 220 kB. */
  certificateFile: { bytes: mebibyte },

  /** A FRITZ!Box's list of 1,000 hosts has about 800 kB. */
  routerAnswer: { bytes: 2_000_000, depth: 32 },
  /** The descriptions and answers of all routers that were recorded have less than 40 kB. */
  upnpDocument: { bytes: 256 * kibibyte, items: 10_000, depth: 32 },
  hostList: { bytes: 2_000_000, items: 40_000, depth: 4 },
  /** A FRITZ!Box describes about 45. */
  upnpServices: { items: 200 },
  ssdpAnswers: { items: 50 },
  dbusReply: { bytes: 4 * mebibyte },

  /** The longest expected answer of Home Assistant's REST API, that of `/api/config`, has about 20,000 bytes. */
  homeAssistantAnswer: { bytes: mebibyte, depth: 32 },
  /** The longest expected message has about 100,000 bytes. */
  homeAssistantMessage: { bytes: 4 * mebibyte, depth: 32 },
  /** An entity of the registry has about 700 bytes; there may be 50,000. */
  homeAssistantRegistry: { bytes: 48 * mebibyte, depth: 32 },
  /** The page of a proxy: its beginning says whose it is. */
  foreignPage: { bytes: 8 * kibibyte },

  /** Of one other machine, of all other machines, and of all together. */
  httpConnectionsOfPeer: { items: 32 },
  httpConnectionsOfOthers: { items: 48 },
  httpConnections: { items: 64 },
  httpHeaders: { bytes: 8 * kibibyte },
  eventStreams: { items: 40 },
  /** Left unread by a listener. */
  eventStream: { bytes: 1_000_000 },
  /** Different wrong tokens of one peer in a row, after which it has to wait. */
  wrongTokens: { items: 5 },
  httpToken: { characters: 16 },
  httpPeers: { items: 1000 },

  /** Parts of a device that are gone, and still announced in case they come back. */
  missingParts: { items: 200 },
  /** Devices and parts that somebody has had forgotten, and that are not back. */
  forgottenPaths: { items: 1000 },
} as const;

/** For JSON. */
export interface JsonBound {
  bytes: number;
  depth: number;
}

/** For XML; `items`: elements. */
export interface XmlBound extends JsonBound {
  items: number;
}
