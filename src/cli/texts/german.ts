import type { CheckAndOnceTexts } from './english.ts';

const encodeCredentials =
  'in Benutzername und Passwort % als %25, # als %23, / als %2F, ? als %3F und @ als %40 schreiben';

const nothingNamed = {
  router: 'kein Router',
  routerOrTarget: 'weder ein Router noch ein Ziel',
  instance: 'keine Instanz in HA_BASE_URL',
  filesystem: 'kein Dateisystem',
};

export const germanCheckAndOnceTexts: CheckAndOnceTexts = {
  settings: 'Einstellungen',
  broker: 'Broker',
  notifications: 'Benachrichtigungen',
  problems: 'Probleme',
  number: (value) => String(value).replace('.', ','),
  yes: 'ja',
  no: 'nein',
  installedAndLatest: (installed, latest) => `${installed} (verfügbar: ${latest})`,
  nothingFound: 'Nichts gefunden.',
  noProblems: 'keine',
  alsoAffected: (problem) => `ebenfalls betroffen: ${problem}`,
  asServiceRuns: (unit, user, rights) =>
    `Geprüft mit den Rechten von ${unit}: Benutzer ${user}${rights === '' ? '' : `, ${rights}`}`,
  userOfItsOwn: 'des Dienstes',
  settingTexts: {
    forms: {
      string: 'Text',
      list: 'durch Kommas getrennte Liste',
      boolean: 'true oder false (oder yes, no, on, off, 1, 0)',
      numberFromZero: 'Zahl ab 0',
      integer: (min, max) => `ganze Zahl von ${min} bis ${max}`,
      oneOf: (options) => `einer der Werte ${options.join(', ')}`,
      path: 'Pfad',
      absolutePath: 'absoluter Pfad',
      pemFile: 'Pfad einer PEM-Datei',
      topic: 'Topic ohne +, # und leere Ebenen',
      agentId: 'höchstens 60 Kleinbuchstaben, Ziffern und Unterstriche',
      schedule:
        'Intervall, das in einer Minute, einer Stunde oder einem Tag aufgeht; Cron-Ausdruck mit sechs Feldern (Sekunden zuerst), zu dem mindestens ein Datum passt; oder off',
      brokerUrls: 'URL mit Host (mqtt://, mqtts://, ws://, wss:// oder embedded://)',
      webUrl: 'URL mit Host (http:// oder https://)',
      instances:
        'URL mit Host und ohne Zugangsdaten (http:// oder https://) oder durch Kommas getrennte Liste von Name=URL',
      token: 'Token ohne Leerzeichen und Zeilenumbrüche',
      httpToken: 'Text ohne Leerzeichen am Anfang und Ende, zum Beispiel die Ausgabe von: openssl rand -hex 24',
      headerValue: 'Text, der in einem HTTP-Header stehen darf, ohne Leerzeichen am Anfang und Ende',
      peers: 'durch Kommas getrennte Adressen und Netze',
      routers:
        'durch Kommas getrennte Adressen, auf Wunsch mit Namen: keller=192.168.178.1; ein Komma in einer URL als %2C schreiben',
      targets:
        'durch Kommas getrennte Hosts, tcp://Host:Port, http://- oder https://-Adressen, auf Wunsch mit Namen; ein Komma in einer URL als %2C schreiben',
      clients: 'durch Kommas getrennte Liste von Name=MAC-Adresse',
      driveTypes: 'durch Leerzeichen getrennte Liste von <Laufwerk>=<Typ>',
    },
    wrong: (count) => (count === 1 ? 'Eine Einstellung ist falsch:' : `${count} Einstellungen sind falsch:`),
    expected: (value, form) => `${value} ist nicht gültig; erwartet: ${form}`,
    didYouMean: (suggestion) => `gemeint ist wohl ${suggestion}`,
    ipv6InBrackets: 'eine IPv6-Adresse steht in einer URL in eckigen Klammern: [fd00::1]:1883',
    urlFaults: {
      noHost: 'der Host fehlt',
      hostCharacter: 'der Host enthält ein Zeichen, das in Hostnamen nicht vorkommen kann',
      port: 'der Port muss eine Zahl von 1 bis 65535 sein',
    },
    encodeCredentials,
    encodeOrSetCredentials: `${encodeCredentials}; oder MQTT_USERNAME und MQTT_PASSWORD setzen`,
    fileIsSetToo: (fileSetting) => `${fileSetting} ist ebenfalls gesetzt; eines von beiden entfernen`,
    fileDoesNotExist: (path) => `${path} gibt es nicht`,
    bothOrNeither: (settings) => `${settings}: entweder beide setzen oder keine`,
    reservedName: (name, reserved) => `${name} ist nicht möglich; reserviert sind die Namen ${reserved}`,
    namesNothing: (setting, name, thing, possible) =>
      `${setting}_${name}: den Namen ${name} hat ${nothingNamed[thing]}; ${possible === '' ? `in den Einstellungen hat nichts einen Namen: ${setting} verwenden oder diesen Namen vergeben` : `möglich: ${possible}`}`,
    nameInUse: (settings, name) =>
      `${settings}: der Name „${name}“ ist schon vergeben; einen anderen wählen: Name=Adresse`,
    wrongLine: (line, fault) => `Zeile ${line}: ${fault}`,
    notUtf8: 'die Datei ist in UTF-16 kodiert oder keine Textdatei: als UTF-8 speichern',
    expectedSetting: 'erwartet wird NAME=Wert oder # vor einem Kommentar',
    expectedValueOf: (name) => `erwartet wird ${name}=Wert`,
    commaInUrl: (host) =>
      `${host} gilt als eigener Host; gehört der Text zur URL davor, deren Komma als %2C schreiben; sonst einen Namen angeben: ${host}=${host}`,
    ignored: (name, other) => `${name} wird nicht beachtet, weil ${other} gesetzt ist`,
    usedAs: (name, setting) => `${name} gilt als ${setting}; richtig heißt die Einstellung ${setting}`,
    quoted: (name) =>
      `${name}: die Anführungszeichen gelten als Teil des Werts; gehören sie nicht dazu, entfernen (docker run --env-file und env: in einer Compose-Datei behalten sie bei)`,
    misspelled: (name, suggestion) => `${name} ist keine Einstellung dieses Programms; gemeint ist wohl ${suggestion}`,
    passwordWithoutUser: (inUrl) =>
      inUrl
        ? 'MQTT_URL enthält ein Passwort, aber keinen Benutzernamen: die meisten Broker lehnen das ab, manche ohne Antwort'
        : 'MQTT_PASSWORD ist gesetzt, MQTT_USERNAME aber nicht: die meisten Broker lehnen das ab, manche ohne Antwort',
    shortToken: (least) =>
      `HTTP_TOKEN: kürzer als ${least} Zeichen und damit zu erraten; die nächste Hauptversion lehnt es ab. Neu erzeugen mit: openssl rand -hex 24`,
    openToAll: (host) =>
      `HTTP_HOST: wer ${host} erreicht, kann alles lesen, was dieser Agent meldet; HTTP_TOKEN setzen oder HTTP_HOST entfernen`,
    readableByAll: (setting, path, command) =>
      `${setting}: ${path} enthält ein Geheimnis und ist für jeden Benutzer dieses Rechners lesbar; Abhilfe: ${command}`,
    handedOver: (command) =>
      `${command}, und die Datei mit LoadCredential= in der Unit übergeben: siehe docs/security.md`,
  },
  validSettings: (agent, site) => `gültig (Agent ${agent}${site === undefined ? '' : `, Standort ${site}`})`,
  collectorOff: (reason) => `aus (${reason})`,
  inactiveReasons: {
    no_base_url: 'HA_BASE_URL ist nicht gesetzt',
    sites_not_true: 'SITES ist nicht true',
    agent_not_running: 'funktioniert nur in einem laufenden Agenten',
    not_linux: 'Laufwerke werden nur unter Linux gelesen',
  },
  collectorWorks: 'funktioniert (nichts gefunden)',
  collectorReads: (working, all, milliseconds) => `funktioniert (${working} von ${all} in ${milliseconds} ms gelesen)`,
  testMessage: 'Testnachricht von infra-monitor check.',
  acceptedTestMessage: (origin) => `${origin} hat eine Testnachricht angenommen; bitte prüfen, ob sie angekommen ist`,
  embeddedBroker: (url, isRunning) =>
    `eingebaut, unter ${url}${isRunning ? '' : ' (läuft nicht)'}, nur mit MQTT 3.1.1. Home Assistant verlangt ab Version 2027.1 MQTT 5: MQTT_URL auf dessen Broker setzen`,
  connected: (url, version) => `verbunden mit ${url} (MQTT ${version})`,
  permissions: {
    needs: (readAndWrite, read) =>
      `dieser Benutzer muss am Broker ${readAndWrite} lesen und schreiben und ${read} lesen dürfen`,
    notReturned: (topic, advice) => `an ${topic} gesendete Nachrichten kommen nicht zurück: ${advice}`,
    notRetained: (topic) => `der Broker liefert die Retained-Nachricht auf ${topic} nicht aus`,
    refused: (topic, reason, advice) =>
      `der Broker lehnt ${topic} ab: ${reason}${advice === undefined ? '' : `: ${advice}`}`,
  },
  topicsUsable: 'alle benötigten Topics sind les- und schreibbar',
  announcementFits: (kibibytes) => `die größte Ankündigung (${kibibytes} KiB) lässt sich senden`,
  announcementTooLarge: (topic, bytes, reason) => `${topic} lässt sich nicht ankündigen (${bytes} Byte): ${reason}`,
  manyEntities: (count, most) =>
    `die Programme an diesem Broker kündigen ${count} aktivierte Entitäten an, und die MQTT-Integration von Home Assistant nimmt seit Version 2026.7 höchstens ${most} an: nicht Benötigtes ausschließen (HOST_DISKS_EXCLUDE, HOST_FILESYSTEMS_EXCLUDE, HOST_INTERFACES_EXCLUDE)`,
  dashboardCurrent: (path) => `das Dashboard ${path} ist auf dem aktuellen Stand`,
  dashboardOutdated: (path, command) => `das Dashboard ${path} ist veraltet; ${command} aktualisiert es`,
  dashboardEdited: (path) =>
    `das Dashboard ${path} wurde in Home Assistant geändert; ob es aktuell ist, ist nicht bekannt`,
  formerAgent: (name, id, command) =>
    `auf diesem Rechner lief zuvor der Agent ${name}, dessen Geräte noch in Home Assistant sind. Um sie mit ihrem Verlauf zu behalten: AGENT_ID=${id} setzen („${command} adopt ${id}“ trägt es ein) und den Agenten neu starten; um sie zu entfernen: „${command} forget --agent ${id}“ ausführen`,
  otherMachine: (id) =>
    `was der Broker vom Agenten ${id} hat, stammt von einem anderen Rechner. Falls der noch in Betrieb ist, jedem Agenten einen eigenen AGENT_NAME geben (und eine eigene AGENT_ID, wenn sie gesetzt ist): Von zweien mit demselben Namen arbeitet nur einer. Falls dieser Rechner ihn ersetzt, ist nichts zu tun`,
  changedSite: (before, now) =>
    `SITE war ${before ?? 'nicht gesetzt'} und ist jetzt ${now ?? 'nicht gesetzt'}, aber Home Assistant lässt bekannte Geräte in ihrem Bereich. Um sie zu verschieben: Einstellungen → Geräte & Dienste → Geräte, dort auswählen, dann „In Bereich verschieben“`,
  notCompared: {
    none: 'der Broker hat keine frühere Liste der Probleme',
    embedded: 'der eigene Broker des Agenten, der alles vergisst, sobald der Agent beendet wird, hat nicht geantwortet',
    unknown: 'ob es eine frühere Liste der Probleme gibt, ist nicht bekannt, weil kein Broker abgefragt werden konnte',
  },
  missingComparison: (reason) =>
    `${reason}; diese Liste kann deshalb nicht zeigen, dass ein Dateisystem schreibgeschützt wurde, dass ein Laufwerk verschwunden ist oder wann ein Problem begann`,
};
