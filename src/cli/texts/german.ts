import type { CheckAndOnceTexts } from './english.ts';

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
  settingWarnings: {
    ignored: (name, other) => `${name} wird nicht beachtet, weil ${other} gesetzt ist`,
    usedAs: (name, setting) => `${name} gilt als ${setting}; so heißt die Einstellung`,
    quoted: (name) =>
      `${name}: die Anführungszeichen gelten als Teil des Werts; wenn sie keiner sind, entfernen (docker run --env-file und env: in einer Compose-Datei behalten sie bei)`,
    misspelled: (name, suggestion) => `${name} ist keine Einstellung dieses Programms; gemeint ist wohl ${suggestion}`,
    passwordWithoutUser: (inUrl) =>
      inUrl
        ? 'MQTT_URL hat ein Passwort und keinen Benutzernamen: die meisten Broker lehnen das ab, manche ohne Antwort'
        : 'MQTT_PASSWORD ist gesetzt und MQTT_USERNAME nicht: die meisten Broker lehnen das ab, manche ohne Antwort',
    shortToken: (least) =>
      `HTTP_TOKEN: kürzer als ${least} Zeichen und damit zu erraten; die nächste Hauptversion lehnt es ab. Neu erzeugen mit: openssl rand -hex 24`,
    openToAll: (host) =>
      `HTTP_HOST: wer ${host} erreicht, kann alles lesen, was dieser Agent meldet; HTTP_TOKEN setzen oder HTTP_HOST entfernen`,
    readableByAll: (setting, path, command) =>
      `${setting}: jeder Benutzer dieses Rechners kann ${path} lesen, worin ein Geheimnis steht; Abhilfe: ${command}`,
    handedOver: (command) =>
      `${command}, und die Datei mit LoadCredential= in der Unit übergeben: siehe docs/security.md`,
  },
  validSettings: (agent, site) => `gültig (Agent ${agent}${site === undefined ? '' : `, Standort ${site}`})`,
  collectorOff: (reason) => `aus (${reason})`,
  inactiveReasons: {
    no_base_url: 'HA_BASE_URL ist nicht gesetzt',
    sites_not_true: 'SITES ist nicht true',
    agent_not_running: 'geht nur in einem laufenden Agenten',
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
  retainedByNameOnly:
    'wie RabbitMQ sendet dieser Broker Retained-Nachrichten nur für vollständige Topic-Namen: Der Agent findet seine eigenen anhand einer Liste, aber nicht die anderer Agenten (Standorte, Dashboard)',
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
    `auf diesem Rechner lief zuvor der Agent ${name}, dessen Geräte noch in Home Assistant sind. Um sie mit ihrem Verlauf zu behalten: AGENT_ID=${id} setzen („${command} adopt ${id}“ trägt es ein) und den Agenten neu starten; um sie zu entfernen: „${command} forget --agent ${id}“`,
  changedSite: (before, now) =>
    `SITE war ${before ?? 'nicht gesetzt'} und ist jetzt ${now ?? 'nicht gesetzt'}, aber Home Assistant lässt bekannte Geräte in ihrem Bereich. Um sie zu verschieben: Einstellungen → Geräte & Dienste → Geräte, dort auswählen und in den Bereich verschieben`,
  notCompared: {
    none: 'der Broker hat keine frühere Liste der Probleme',
    embedded: 'der eigene Broker des Agenten, der alles vergisst, sobald der Agent endet, hat nicht geantwortet',
    unknown: 'ob es eine frühere Liste der Probleme gibt, ist nicht bekannt, weil kein Broker abgefragt werden konnte',
  },
  missingComparison: (reason) =>
    `${reason}; diese Liste kann deshalb nicht zeigen, dass ein Dateisystem schreibgeschützt wurde, dass ein Laufwerk verschwunden ist oder wann ein Problem begann`,
};
