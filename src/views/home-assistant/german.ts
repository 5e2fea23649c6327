import type { DashboardTexts } from './texts.ts';

const seconds = '(now() - at).total_seconds()';

export const dashboardTextsInGerman: DashboardTexts = {
  lab: 'Homelab',
  machines: 'Rechner',
  targets: 'Ziele',
  network: 'Netzwerk',
  latency: 'Latenz',
  lastDay: 'Letzte 24 Stunden',
  diagnosis: 'Diagnose',
  storage: 'Speicher',
  whatIsWrong: 'Probleme',
  deviceClasses: { temperature: 'Temperatur', problem: 'Problem' },
  parts: {
    filesystem: 'Dateisysteme',
    interface: 'Netzwerkschnittstellen',
    disk: 'Datenträger',
    temperature: 'Temperaturen',
    fan: 'Lüfter',
    namespace: 'Namespaces',
    radio: 'WLAN',
    repeater: 'Repeater',
    meshlink: 'Mesh-Verbindungen',
    member: 'Mitglieder',
    client: 'Geräte',
  },
  noAgent:
    'Noch hat kein Agent von Home Lab Infra Monitor ein Gerät gemeldet. Ein Agent muss denselben Broker nutzen wie dieses Home Assistant.',

  thingsAreWrong: '%d Probleme.',
  oneThingIsWrong: 'Ein Problem.',
  everythingIsWell: 'Alles in Ordnung.',
  nothingKnown: 'Keine Probleme bekannt.',
  unknownOf: (names) =>
    `Ob es hier Probleme gibt, ist nicht bekannt: {{ ${names} }} (nicht verbunden oder zu alt, um sie zu melden).`,
  lastKnown: 'zuletzt bekannt',
  lasting: 'seit',
  // Home Assistant's own `time_since` speaks English only. Days are in the dative, behind “seit”.
  timeSince: `('%d s' | format(${seconds}) if ${seconds} < 120 else '%d min' | format(${seconds} / 60) if ${seconds} < 7200 else '%d h' | format(${seconds} / 3600) if ${seconds} < 172800 else '%d Tagen' | format(${seconds} / 86400))`,
  sinceNow: 'seit eben',
  drivesMayFail: (count) => `Laufwerke, die noch ausfallen dürfen: {{ ${count} }}`,
};
