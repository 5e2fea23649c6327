import type { MemberRole } from './pools/pool.ts';
import { type AccessTexts, type CommonDriveTexts, joinFirstNames } from './texts.ts';

/** „/srv, /home und 3 weitere“. */
export const joinFirstNamesAndMoreInGerman = (names: readonly string[]): string =>
  joinFirstNames(names, 'und', (count) => `und ${count} ${count === 1 ? 'weiteres' : 'weitere'}`);

const roleNames: Partial<Record<MemberRole, string>> = {
  spare: 'Ersatzlaufwerk',
  failed: 'ausgefallenes Mitglied',
  unknown: 'Mitglied',
  cache: 'Cache',
  log: 'Log-Gerät',
};

const accessTextsInGerman: AccessTexts = {
  noRightToAsk: (node, command) => `keine Berechtigung, ${node} abzufragen: ${command}`,
  noRightToAskHelper: (command) => `keine Berechtigung, den Helfer für Laufwerke zu verwenden: ${command}`,
  missingNode: (node, command) => `${node} ist nicht vorhanden, wie in einem Container üblich: ${command}`,
  orWithOwnRight: (command, other) =>
    `${command} (oder mit Rechten, mit denen der Agent das Laufwerk löschen könnte: ${other})`,
  unprivilegedContainer:
    'ein unprivilegierter Container kann keine Laufwerke abfragen, auch nicht mit zusätzlichen Rechten: den Agenten direkt auf dem Rechner ausführen',
  rootWithoutCapability: (capability, command) =>
    `root kann ohne CAP_${capability} keine Laufwerke abfragen: ${command}`,
  notInstalled: (program, command) => `${program} ist nicht installiert: ${command}`,
  neitherInstalled: (command) => `weder nvme noch smartctl ist installiert: ${command}`,
  noAnswer: (drive, seconds) => `${drive}: keine Antwort innerhalb von ${seconds} s`,
  otherDriveAnswers: (drive, expected, serial) =>
    `${drive}: es antwortet ein anderes Laufwerk (Seriennummer ${serial} statt ${expected})`,
  noLongerSameDrive: (name, serial) => `${name} ist nicht mehr das Laufwerk ${serial}`,
  unreadable: (path) => `${path} ist nicht lesbar`,
  unknownBridge: (answer) =>
    `${answer}; in STORAGE_DRIVE_TYPES lässt sich festlegen, wie das Laufwerk abgefragt wird (smartctl -d)`,
  smartOff: (command) => `SMART ist ausgeschaltet: ${command}`,
  containerLacksZpool:
    'im Container fehlt zpool, dessen Version zu der auf dem Rechner passen muss: den Agenten direkt auf dem Rechner ausführen',
  silent: (asked) => `${asked} antwortet nicht`,
  helperLacksFolder: 'der Container des Helfers für Laufwerke braucht den Ordner /var/lib/btrfs: docs/de/storage.md',
  scrubsUnknown: (why) => `Stand der Scrubs unbekannt: ${why}`,
  snapshotsUnknown: (why) => `ob LVM-Snapshots voll oder verloren oder Caches ausgefallen sind, ist unbekannt: ${why}`,
};

export const commonDriveTextsInGerman: CommonDriveTexts = {
  ...accessTextsInGerman,
  noReason: 'keine',
  tooHot: (limit) => (limit === undefined ? 'zu heiß' : `zu heiß: Grenzwert von ${limit} °C erreicht`),
  belowCelsius: (celsius) => (celsius === undefined ? 'unter dem Grenzwert' : `unter ${celsius} °C`),
  checkAirflow: 'Luftstrom prüfen',
  replaceDrive: 'Daten sichern und Laufwerk ersetzen',
  failedSelfTest: (block) =>
    `der letzte Selbsttest ist fehlgeschlagen${block === undefined ? '' : ` (bei Block ${block})`}`,
  memberOf(pool, role, active) {
    if (role === 'rebuilding') return `Mitglied von ${pool} (wird wiederhergestellt)`;
    const named = role === 'active' && active > 1 ? `eines von ${active} Mitgliedern` : roleNames[role];
    return `${named ?? 'einziges Mitglied'} von ${pool}`;
  },
  areLost: (mounts) => `${joinFirstNamesAndMoreInGerman(mounts)} ${mounts.length === 1 ? 'geht' : 'gehen'} verloren`,
  goOnDegraded: (mounts) =>
    `${joinFirstNamesAndMoreInGerman(mounts)} ${mounts.length === 1 ? 'läuft' : 'laufen'} eingeschränkt weiter`,
  haveUnknownFate: (mounts) => `Folgen für ${joinFirstNamesAndMoreInGerman(mounts)} nicht bekannt`,
  ifItDies: (effects) => `bei Ausfall: ${effects.join(', ')}`,
  whichHolds: (mounts) => `darauf: ${joinFirstNamesAndMoreInGerman(mounts)}`,
};
