import type { BrokerErrorTexts } from '../model/broker-error-texts.ts';

export const brokerErrorTextsInGerman: BrokerErrorTexts = {
  closed: 'der Broker hat die Verbindung beendet',
  closedBeforeAnswer: 'hat die Verbindung ohne Antwort beendet',
  noAnswerWithin: (seconds) => `keine Antwort innerhalb von ${seconds} s`,
  sessionEnded: (reason) => `hat die Sitzung beendet: ${reason}`,
  noDataReceived: (seconds) => `seit ${seconds} s keine Daten empfangen`,
  noAcknowledgements: 'der Broker bestätigt keine Nachrichten mehr',
  whileSending: (topic, bytes) => `, während ${topic} (${bytes} Byte) gesendet wurde`,
  afterSending: (topic) => `, nachdem ${topic} gesendet wurde`,
  noVersion5: 'der Broker antwortet nicht mit MQTT 5',
  noRetainedMessages: 'der Broker unterstützt keine Retained-Nachrichten, die dieser Agent braucht',
  onlyQos0: 'der Broker unterstützt nur QoS 0, dieser Agent braucht aber QoS 1',
  checkLocalName:
    'Namen, die auf .local enden, brauchen mDNS, das in Containern und vielen Systemen fehlt: die IP-Adresse verwenden',
  checkName: 'den Namen in MQTT_URL prüfen oder die IP-Adresse verwenden',
  checkAddress: 'die Adresse in MQTT_URL und Firewalls auf dem Weg dorthin prüfen',
  checkCertificateDates: 'das Zertifikat des Brokers und die Uhren beider Rechner prüfen',
  checkLogin: 'MQTT_USERNAME und MQTT_PASSWORD prüfen',
  isBrokerRunning: 'läuft der Broker?',
  isBrokerRunningHere: 'läuft der Broker? In einem Container ist diese Adresse der Container selbst',
  setAuthority: 'MQTT_CA_FILE auf das CA-Zertifikat des Brokers setzen',
  hostMustMatch: 'der Host in MQTT_URL muss zum Zertifikat des Brokers passen',
  setClientCertificate: 'verlangt der Broker ein Client-Zertifikat, MQTT_CERT_FILE und MQTT_KEY_FILE setzen',
  keyOfOtherCertificate: 'MQTT_KEY_FILE ist nicht der Schlüssel zu MQTT_CERT_FILE',
  filesMustBePem: 'MQTT_CERT_FILE und MQTT_KEY_FILE müssen PEM-Dateien sein',
  authorityMustBePem: (path) =>
    `MQTT_CA_FILE: ${path} muss eine PEM-Datei sein, also ein Text, der mit -----BEGIN beginnt („openssl x509 -inform der“ erzeugt eine)`,
  expectsTls: (otherProtocol) => `dieser Port erwartet TLS: ${otherProtocol}:// in MQTT_URL verwenden`,
  mayNotUseTls: (otherProtocol) =>
    `dieser Port verwendet möglicherweise kein TLS: ${otherProtocol}:// in MQTT_URL versuchen`,
  mayNotSpeakWebSocket: 'an diesem Port wird möglicherweise kein WebSocket angeboten: mqtt:// in MQTT_URL versuchen',
  speaksHttp:
    'an diesem Port antwortet HTTP, nicht MQTT: den Port in MQTT_URL prüfen oder ws:// für MQTT über WebSockets verwenden',
  noMqtt: (greeting) =>
    `an diesem Port antwortet kein MQTT${greeting === undefined ? '' : `, sondern „${greeting}“`}: den Port in MQTT_URL prüfen`,
  webServerLogin: (status) =>
    `HTTP ${status} statt eines WebSockets: der Webserver verlangt für diesen Pfad eine eigene Anmeldung`,
  proxyFails: (status) =>
    `HTTP ${status} statt eines WebSockets: der Proxy erreicht den Broker nicht oder leitet WebSockets nicht weiter (Header Upgrade und Connection)`,
  checkPath: (status, path, mayBeTls) =>
    `HTTP ${status} statt eines WebSockets: den Pfad „${path}“ in MQTT_URL prüfen (oft /mqtt)${mayBeTls ? ' oder wss:// verwenden, falls dieser Port TLS erwartet' : ''}`,
  refuses: (topic, reason) => `der Broker lehnt ${topic} ab: ${reason}`,
  mustLet: (refusal, own, discovery, readable) =>
    `${refusal}. Dieser Benutzer muss ${own} und ${discovery} lesen und schreiben und ${readable} lesen dürfen`,
  moreTopics: (refusal, count) => `${refusal}; und ${count} ${count === 1 ? 'weiteres Topic' : 'weitere Topics'}`,
  packetSize: (reason, bytes) => `${reason}: das Paket ist ${bytes} Byte lang`,
  packetAboveLimit: (reason, bytes, most) =>
    `${reason}: das Paket wäre ${bytes} Byte lang, der Broker nimmt aber höchstens ${most} an`,
  packetClosesConnection: (reason, bytes, closedAt) =>
    `${reason}: das Paket wäre ${bytes} Byte lang, der Broker hat aber bei ${closedAt} die Verbindung geschlossen`,
  noAnswerToSubscription: (topics) => `der Broker antwortet nicht auf das Abonnieren von ${topics}`,
  noAnswerToUnsubscribe: (topics) => `der Broker antwortet nicht auf das Abbestellen von ${topics}`,
  noAcknowledgement: (bytes) => `keine Bestätigung für ${bytes} Byte`,
  retainedByNameOnly:
    'wie RabbitMQ sendet dieser Broker Retained-Nachrichten nur für vollständige Topic-Namen: Der Agent findet seine eigenen anhand einer Liste, aber nicht die anderer Agenten (Standorte, Dashboard)',
  leftOut: (topic, reason, components) =>
    `${topic}: ${reason}; ausgelassen, weil in Home Assistant standardmäßig deaktiviert: ${components}`,
  duplicate: (name, minutes, isForgeable) =>
    `ein anderer Agent ist als ${name} verbunden: jedem Agenten einen eigenen AGENT_NAME geben (und eine eigene AGENT_ID, falls gesetzt). Dieser Agent wartet höchstens ${minutes} Minuten, bis der andere nicht mehr verbunden ist${isForgeable ? '. Ohne MQTT_PASSWORD kann sich jeder Client des Brokers als dieser Agent ausgeben' : ''}`,
};
