import type { TranslatedTableNamesOfCollector } from '../../model/translation.ts';
import type { StorageDriveTexts } from './drives/texts.ts';
import { commonDriveTextsInGerman } from './german-texts.ts';
import type { storageTables } from './index.ts';
import { poolTextsInGerman } from './pools/german.ts';
import type { PoolTexts } from './pools/texts.ts';

export const storageNamesInGerman: TranslatedTableNamesOfCollector<typeof storageTables> = {
  drive: {
    title: 'Laufwerk',
    plural: 'Laufwerke',
    phrases: { Drive: 'Laufwerk' },
    actions: { acknowledge: 'Fehler bestätigen' },
    states: {
      power: {
        active: 'aktiv',
        standby: 'Standby',
      },
      verdict: {
        passed: 'bestanden',
        failing: 'nicht bestanden',
      },
      self_test: {
        passed: 'bestanden',
        failed: 'nicht bestanden',
        running: 'läuft',
        never_run: 'nie durchgeführt',
      },
    },
    metrics: {
      temperature: 'Temperatur',
      problem: 'Problem',
      power: 'Energiezustand',
      life_left: 'Verbleibende Lebensdauer',
      data_written: 'Geschriebene Daten',
      problem_reason: 'Problemursache',
      hint: 'Was fehlt',
      verdict: 'SMART-Bewertung',
      reallocated_sectors: 'Umgelagerte Sektoren',
      pending_sectors: 'Ausstehende Sektoren',
      uncorrectable_sectors: 'Nicht korrigierbare Sektoren',
      reported_uncorrectable: 'Gemeldete nicht korrigierbare Fehler',
      end_to_end_errors: 'Ende-zu-Ende-Fehler',
      spin_retries: 'Wiederholte Anlaufversuche',
      crc_errors: 'CRC-Fehler',
      grown_defects: 'Hinzugekommene Defekte',
      uncorrected_errors: 'Nicht korrigierte Fehler',
      media_errors: 'Medienfehler',
      self_test: 'Selbsttest',
      power_on_hours: 'Betriebsstunden',
      last_read: 'Letzte Abfrage des Zustands',
      percentage_used: 'Abnutzung',
      temperature_limit: 'Höchsttemperatur',
      capacity: 'Kapazität',
      rotational: 'Rotierende Platten',
      firmware: 'Firmware',
      kernel_name: 'Gerätename im Kernel',
      dependents: 'Benötigt für',
      slot: 'Einschub',
    },
  },
  pool: {
    title: 'Pool',
    plural: 'Pools',
    models: {
      'Linux RAID (md)': 'Linux-RAID (md)',
      'Btrfs file system': 'Btrfs-Dateisystem',
      'ZFS pool': 'ZFS-Pool',
      'LVM RAID volume': 'LVM-RAID-Volume',
      'LVM thin pool': 'LVM-Thin-Pool',
      'bcache device': 'bcache-Gerät',
    },
    actions: { acknowledge: 'Bestätigen' },
    states: {
      activity: {
        idle: 'keine',
        check: 'Prüfung',
        repair: 'Reparatur',
        resync: 'Abgleich',
        rebuild: 'Wiederherstellung',
        reshape: 'Umbau',
        balance: 'Neuverteilung (balance)',
        replace: 'Austausch',
        resize: 'Größenänderung',
        waiting: 'wartet',
        other: 'andere',
      },
      kind: {
        md: 'Linux-RAID (md)',
        btrfs: 'Btrfs',
        zfs: 'ZFS',
        lvm_raid: 'LVM-RAID',
        lvm_thin: 'LVM-Thin',
        bcache: 'bcache',
      },
    },
    metrics: {
      problem: 'Problem',
      state: 'Zustand',
      redundancy: 'Laufwerke, die ausfallen dürfen',
      used: 'Belegung',
      metadata_used: 'Belegung der Metadaten',
      dirty: 'Nur im Cache',
      fragmentation: 'Fragmentierung des freien Speicherplatzes',
      activity: 'Aktivität',
      progress: 'Fortschritt',
      time_left: 'Verbleibende Zeit',
      mounts: 'Genutzt von',
      members: 'Mitglieder',
      expected_members: 'Erwartete Mitglieder',
      spares: 'Ersatzlaufwerke',
      layout: 'Aufbau',
      kind: 'Art',
      size: 'Größe',
      last_check: 'Letzte Prüfung',
      last_check_errors: 'Fehler bei der letzten Prüfung',
    },
  },
  member: {
    title: 'Mitglied',
    plural: 'Mitglieder',
    states: {
      role: {
        active: 'aktiv',
        rebuilding: 'wird wiederhergestellt',
        spare: 'Ersatzlaufwerk',
        failed: 'ausgefallen',
        missing: 'fehlt',
        cache: 'Cache',
        log: 'Log',
        unknown: 'unbekannt',
      },
    },
    metrics: { role: 'Rolle', errors: 'Fehler', kernel_name: 'Gerätename im Kernel', drive: 'Laufwerk' },
  },
};

const { replaceDrive } = commonDriveTextsInGerman;
const watchCount = 'beobachten, ob die Anzahl weiter steigt; für ein Backup sorgen';

const errorRemedies: StorageDriveTexts['errorRemedies'] = {
  reallocated_sectors: watchCount,
  pending_sectors: replaceDrive,
  uncorrectable_sectors: replaceDrive,
  reported_uncorrectable: replaceDrive,
  end_to_end_errors: replaceDrive,
  spin_retries: 'Stromversorgung des Laufwerks prüfen; Daten sichern und Laufwerk ersetzen',
  crc_errors: 'Kabel zwischen Laufwerk und Controller prüfen oder ersetzen; das Laufwerk selbst kann in Ordnung sein',
  grown_defects: watchCount,
  uncorrected_errors: replaceDrive,
  media_errors: replaceDrive,
};

/** One and several errors of a kind. */
const errorNouns: Record<keyof typeof errorRemedies, readonly [one: string, many: string]> = {
  reallocated_sectors: ['umgelagerter Sektor', 'umgelagerte Sektoren'],
  pending_sectors: ['nicht lesbarer Sektor', 'nicht lesbare Sektoren'],
  uncorrectable_sectors: ['nicht korrigierbarer Sektor', 'nicht korrigierbare Sektoren'],
  reported_uncorrectable: ['nicht korrigierbarer Fehler', 'nicht korrigierbare Fehler'],
  end_to_end_errors: [
    'Fehler zwischen Speicher und Schnittstelle des Laufwerks',
    'Fehler zwischen Speicher und Schnittstelle des Laufwerks',
  ],
  spin_retries: ['vergeblicher Anlaufversuch', 'vergebliche Anlaufversuche'],
  crc_errors: ['Übertragungsfehler', 'Übertragungsfehler'],
  grown_defects: ['Defekt', 'Defekte'],
  uncorrected_errors: ['nicht korrigierter Fehler', 'nicht korrigierte Fehler'],
  media_errors: ['Medienfehler', 'Medienfehler'],
};

export const storageTextsInGerman: StorageDriveTexts & PoolTexts = {
  ...commonDriveTextsInGerman,
  ...poolTextsInGerman,
  missingDrive: (name, found) => `STORAGE_DRIVES: das Laufwerk ${name} gibt es nicht; gefunden: ${found || 'keine'}`,
  noSerialNumber: 'das Laufwerk hat keine Seriennummer',
  unknownDrivesBehindController: (why = 'einmal als root smartctl --scan ausführen') =>
    `welche Laufwerke hinter dem MegaRAID-Controller sind, ist nicht bekannt: ${why}; oder sie in STORAGE_DRIVE_TYPES nennen`,
  errorRemedies,
  errors(name, count, total, hasFallingCount) {
    const [one, many] = errorNouns[name];
    const isNew = hasFallingCount ? '' : count === 1 ? 'neuer ' : 'neue ';
    return `${count} ${isNew}${count === 1 ? one : many}${count === total ? '' : ` (insgesamt ${total})`}`;
  },
  replacedInWeek: (name, count, total) =>
    `${count} ${name === 'grown_defects' ? 'Defekte sind' : 'Sektoren wurden'} innerhalb einer Woche ${name === 'grown_defects' ? 'hinzugekommen' : 'umgelagert'} (insgesamt ${total})`,
  clearsWhenNoneOrAcknowledged: 'wenn das Laufwerk keine mehr zählt oder nach dem Bestätigen',
  clearsWhenAcknowledged: 'nach dem Bestätigen',
  offline: 'der Kernel hat das Laufwerk aufgegeben: es antwortet nicht mehr',
  clearsWhenAnswering: 'wenn es wieder antwortet',
  checkCableAndPower: 'Kabel und Stromversorgung prüfen; kommt das Laufwerk nicht wieder, ersetzen',
  failing: (attributes) =>
    `das Laufwerk selbst meldet seinen bevorstehenden Ausfall${attributes.length === 0 ? '' : ` (${attributes.join(', ')})`}`,
  clearsWhenNoLongerFailing: 'wenn das Laufwerk ihn nicht mehr meldet',
  clearsWhenSelfTestPasses: 'wenn ein späterer Selbsttest bestanden ist, ein erweiterter, wenn ein solcher fehlschlug',
  worn: 'die vom Hersteller zugesagte Schreibmenge ist verbraucht',
  nearlyWorn: (percentLeft) => `von der zugesagten Schreibmenge des Herstellers bleiben weniger als ${percentLeft} %`,
  clearsWhenReplaced: 'wenn es ersetzt ist',
  planReplacement: 'Austausch planen; für ein Backup sorgen',
};
