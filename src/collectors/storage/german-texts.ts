import type { MemberRole } from './pools/pool.ts';
import { type CommonDriveTexts, joinFirstNames } from './texts.ts';

/** „/srv, /home und 3 weitere“. */
export const listFirstNamesInGerman = (names: readonly string[]): string =>
  joinFirstNames(names, 'und', (count) => `und ${count} ${count === 1 ? 'weiteres' : 'weitere'}`);

const roleNames: Partial<Record<MemberRole, string>> = {
  spare: 'Ersatzlaufwerk',
  failed: 'ausgefallenes Mitglied',
  unknown: 'Mitglied',
  cache: 'Cache',
  log: 'Log-Gerät',
};

export const commonDriveTextsInGerman: CommonDriveTexts = {
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
  areLost: (mounts) => `${listFirstNamesInGerman(mounts)} ${mounts.length === 1 ? 'geht' : 'gehen'} verloren`,
  goOnDegraded: (mounts) =>
    `${listFirstNamesInGerman(mounts)} ${mounts.length === 1 ? 'läuft' : 'laufen'} eingeschränkt weiter`,
  haveUnknownFate: (mounts) => `Folgen für ${listFirstNamesInGerman(mounts)} nicht bekannt`,
  ifItDies: (effects) => `bei Ausfall: ${effects.join(', ')}`,
  whichHolds: (mounts) => `darauf: ${listFirstNamesInGerman(mounts)}`,
};
