/** What is said of a broker that can't be reached or does not take everything. `otherProtocol`: `mqtts`, `ws`. */
export const brokerErrorTexts = {
  closed: 'the broker closed the connection',
  closedBeforeAnswer: 'closed the connection before it answered',
  noAnswerWithin: (seconds: number) => `no answer within ${seconds} s`,
  sessionEnded: (reason: string) => `ended the session: ${reason}`,
  noDataReceived: (seconds: number) => `no data received for ${seconds} s`,
  noAcknowledgements: 'the broker no longer acknowledges messages',
  whileSending: (topic: string, bytes: number) => ` while ${topic} (${bytes} bytes) was being sent`,
  afterSending: (topic: string) => ` after ${topic} was sent`,
  noVersion5: 'the broker does not answer in MQTT 5',
  noRetainedMessages: 'the broker does not support retained messages, which this agent needs',
  onlyQos0: 'the broker supports only QoS 0, but this agent needs QoS 1',
  checkLocalName:
    'names that end with .local need mDNS, which containers and many systems do not have: use the IP address',
  checkName: 'check the name in MQTT_URL, or use the IP address',
  checkAddress: 'check the address in MQTT_URL, and firewalls on the way',
  checkCertificateDates: 'check the broker’s certificate, and the clocks of both machines',
  checkLogin: 'check MQTT_USERNAME and MQTT_PASSWORD',
  isBrokerRunning: 'is the broker running?',
  isBrokerRunningHere: 'is the broker running? In a container, this address is the container itself',
  setAuthority: 'set MQTT_CA_FILE to the broker’s CA certificate',
  hostMustMatch: 'the host in MQTT_URL must match the broker’s certificate',
  setClientCertificate: 'if the broker requires a client certificate, set MQTT_CERT_FILE and MQTT_KEY_FILE',
  keyOfOtherCertificate: 'MQTT_KEY_FILE is not the key of MQTT_CERT_FILE',
  filesMustBePem: 'MQTT_CERT_FILE and MQTT_KEY_FILE must be PEM files',
  authorityMustBePem: (path: string) =>
    `MQTT_CA_FILE: ${path} must be a PEM file, a text that begins with -----BEGIN (openssl x509 -inform der makes one)`,
  expectsTls: (otherProtocol: string) => `this port expects TLS: use ${otherProtocol}:// in MQTT_URL`,
  mayNotUseTls: (otherProtocol: string) => `this port may not use TLS: try ${otherProtocol}:// in MQTT_URL`,
  mayNotSpeakWebSocket: 'this port may not speak WebSocket: try mqtt:// in MQTT_URL',
  speaksHttp: 'this port speaks HTTP, not MQTT: check the port in MQTT_URL, or use ws:// for MQTT over WebSockets',
  noMqtt: (greeting: string | undefined) =>
    `this port does not speak MQTT${greeting === undefined ? '' : `; it says “${greeting}”`}: check the port in MQTT_URL`,
  webServerLogin: (status: number) =>
    `HTTP ${status} instead of a WebSocket: the web server requires a login of its own for this path`,
  proxyFails: (status: number) =>
    `HTTP ${status} instead of a WebSocket: the proxy does not reach the broker, or does not pass WebSockets on (headers Upgrade and Connection)`,
  checkPath: (status: number, path: string, mayBeTls: boolean) =>
    `HTTP ${status} instead of a WebSocket: check the path “${path}” in MQTT_URL (often /mqtt)${mayBeTls ? ', or use wss:// if this port expects TLS' : ''}`,
  refuses: (topic: string, reason: string) => `the broker refuses ${topic}: ${reason}`,
  /** `own`, `discovery`, `readable`: topics. */
  mustLet: (refusal: string, own: string, discovery: string, readable: string) =>
    `${refusal}. It must let this user read and write ${own} and ${discovery}, and read ${readable}`,
  moreTopics: (refusal: string, count: number) => `${refusal}; and ${count} more ${count === 1 ? 'topic' : 'topics'}`,
  /** `reason`: words of MQTT. */
  packetSize: (reason: string, bytes: number) => `${reason}: the packet is ${bytes} bytes long`,
  packetAboveLimit: (reason: string, bytes: number, most: number) =>
    `${reason}: the packet would be ${bytes} bytes long, but the broker accepts at most ${most}`,
  packetClosesConnection: (reason: string, bytes: number, closedAt: number) =>
    `${reason}: the packet would be ${bytes} bytes long, but the broker closed the connection at ${closedAt}`,
  noAnswerToSubscription: (topics: string) => `the broker does not answer the subscription to ${topics}`,
  noAnswerToUnsubscribe: (topics: string) => `the broker does not answer the request to unsubscribe from ${topics}`,
  noAcknowledgement: (bytes: number) => `no acknowledgement for ${bytes} bytes`,
  retainedByNameOnly:
    'this broker sends retained messages only for full topic names, as RabbitMQ does: the agent finds its own by a list, but not those of other agents (sites, dashboard)',
  leftOut: (topic: string, reason: string, components: string) =>
    `${topic}: ${reason}; left out, because Home Assistant disables them by default: ${components}`,
  /** `isForgeable`: any client can pretend to be it. */
  duplicate: (name: string, minutes: number, isForgeable: boolean) =>
    `another agent is connected as ${name}: give each agent its own AGENT_NAME (and AGENT_ID, if set). This agent waits until the other one is gone, for at most ${minutes} minutes${isForgeable ? '. Without MQTT_PASSWORD, any client of the broker can pretend to be that agent' : ''}`,
};

export type BrokerErrorTexts = typeof brokerErrorTexts;
