import { joinFirstNamesAndMoreInGerman } from '../german-texts.ts';
import { noLongerMember, type PoolMember } from './pool.ts';
import type { PoolTexts } from './texts.ts';

function member({ drive, device, number, role }: PoolMember): string {
  const place = [
    ...(drive?.serial === undefined ? [] : [`Seriennummer ${drive.serial}`]),
    ...(drive?.slot === undefined ? [] : [drive.slot]),
    ...(number === undefined ? [] : [`Platz ${number}`]),
    ...(device === undefined ? [] : [role === 'missing' ? `zuvor ${device}` : device]),
  ];
  const name = drive?.model ?? (drive === undefined && device !== undefined ? device : 'Laufwerk');
  const details = place.filter((text) => text !== name);
  return details.length === 0 ? name : `${name} (${details.join(', ')})`;
}

const howItIs: Partial<Record<string, string>> = {
  OFFLINE: 'wurde offline geschaltet',
  [noLongerMember]: 'ist da, gehört aber nicht mehr dazu',
  failed: 'ist ausgefallen',
  missing: 'fehlt',
  rebuilding: 'wird wiederhergestellt',
};

const mountEffects: PoolTexts['mountEffects'] = {
  affected: 'betroffen',
  notUsable: 'nicht nutzbar',
  missing: 'nicht vorhanden',
  notReadable: 'nicht oder nur teilweise lesbar',
  notWritable: 'nicht beschreibbar',
  damaged: 'beschädigt',
};

export const poolTextsInGerman: PoolTexts = {
  listFirstNames: joinFirstNamesAndMoreInGerman,
  member,
  mountEffects,
  lvmSnapshots: {
    full: (name) =>
      `der LVM-Snapshot ${name} ist voll: Schreiben darauf schlägt fehl, und mit der nächsten Änderung seines Volumes geht er verloren; mit lvremove ${name} löschen`,
    lost: (name) =>
      `der LVM-Snapshot ${name} ist verloren: er war voll, oder sein Laufwerk ist ausgefallen; das Laufwerk prüfen, dann lvremove ${name} ausführen`,
    merge_failed: (name) =>
      `ein Snapshot ließ sich nicht mit dem LVM-Volume ${name} zusammenführen: dessen Laufwerke prüfen; der nächste Versuch folgt, wenn das Volume wieder aktiviert wird`,
  },
  lvmCaches: {
    failed: (name) =>
      `der Cache des LVM-Volumes ${name} ist ausgefallen: vom Volume lässt sich nichts mehr lesen und nichts darauf schreiben; dessen Laufwerke prüfen, dann mit lvconvert --repair reparieren`,
    damaged: (name) =>
      `die Metadaten des Caches des LVM-Volumes ${name} sind beschädigt oder lassen sich nicht schreiben: dessen Laufwerke prüfen, dann den Cache mit lvconvert --repair reparieren`,
  },
  lvmVdoPools: {
    nearly_full: (name) =>
      `der VDO-Pool ${name} von LVM ist fast voll: bei 100 % schlägt das Schreiben fehl, wie viel Platz Dateisysteme darauf auch zeigen; mit lvextend vergrößern, oder Dateien löschen und fstrim ausführen`,
    full: (name) =>
      `der VDO-Pool ${name} von LVM ist voll: Schreiben schlägt fehl, obwohl Dateisysteme darauf freien Platz zeigen; mit lvextend vergrößern`,
    read_only: (name) =>
      `der VDO-Pool ${name} von LVM ist schreibgeschützt, weil er beschädigt ist: dessen Laufwerke prüfen, dann mit vdoforcerebuild reparieren`,
  },
  mountsAre: (mounts, effect) =>
    mounts.length === 0
      ? ''
      : `; ${joinFirstNamesAndMoreInGerman(mounts)} ${mounts.length === 1 ? 'ist' : 'sind'} ${mountEffects[effect]}`,
  itHolds: (mounts) => (mounts.length === 0 ? '' : `; darauf: ${joinFirstNamesAndMoreInGerman(mounts)}`),
  goesOn(mounts, redundancyLeft) {
    const subject =
      mounts.length === 0
        ? 'der Pool läuft'
        : `${joinFirstNamesAndMoreInGerman(mounts)} ${mounts.length === 1 ? 'läuft' : 'laufen'}`;
    return redundancyLeft === 0
      ? `; ${subject} ohne Redundanz weiter: der nächste Ausfall kostet Daten`
      : `; ${subject} weiter, ${redundancyLeft} ${redundancyLeft === 1 ? 'weiterer Ausfall ist' : 'weitere Ausfälle sind'} verkraftbar`;
  },
  lackingMember: (one) => `${member(one)} ${howItIs[one.state] ?? howItIs[one.role] ?? one.state}`,
  nothingMounted: 'keinem eingehängten Dateisystem',
  alsoAffects: (others) => `; auch betroffen: ${joinFirstNamesAndMoreInGerman(others)}`,
  degraded: 'eingeschränkt',
  layoutWithMembers(layout, active, expected) {
    const count =
      expected === undefined
        ? `${active} ${active === 1 ? 'Mitglied' : 'Mitgliedern'}`
        : `${active} von ${expected} Mitgliedern`;
    return [layout, ...(active === undefined ? [] : ['mit', count])].filter(Boolean).join(' ');
  },
  clearsWhenRebuilt: 'wenn alle Mitglieder wieder da sind und die Wiederherstellung abgeschlossen ist',
  orAcknowledged: (clearsAt) => `${clearsAt} oder nach dem Bestätigen`,
  failed: (why) => `ausgefallen: ${why}`,
  clearsWhenWhole: 'wenn der Pool wieder vollständig ist',
  bringMembersBack:
    'nicht auf die Laufwerke schreiben; fehlende Mitglieder wieder anschließen oder ein Backup einspielen',
  below: (percent) => `unter ${percent} %`,
  mismatches: 'bei der letzten Prüfung passten Daten und Parität nicht zusammen',
  clearsWithCleanCheck: 'wenn eine Prüfung nichts mehr findet',
  clearsWhenPoolAcknowledged: 'nach dem Bestätigen',
  seeDriveValues: 'Werte des Laufwerks selbst ansehen',
  noSpareLeft: 'kein Ersatzlaufwerk mehr',
  sparesLeft: (left, before) => `noch ${left} von ${before} Ersatzlaufwerken`,
  clearsWithSpare: 'wenn ein Ersatzlaufwerk hinzukommt oder nach dem Bestätigen',
  newErrorsOn: (list) => `neue Fehler auf ${list}`,
  scrubErrors: (effect) => `der letzte Scrub fand Fehler, die sich nicht korrigieren ließen${effect}`,
  clearsWithCleanScrub: 'wenn ein Scrub nichts mehr findet',

  lostTooManyMembers: (level) => `${level || 'der Verbund'} hat zu viele Mitglieder verloren`,
  notStarted: (list, effect) => `nicht gestartet: nur ${list} gefunden${effect}`,
  clearsWhenStarted: 'wenn der Verbund gestartet ist',
  runWithoutMembers: 'die übrigen Mitglieder suchen; mdadm --run startet ohne sie',
  replaceWithMdadm: 'Laufwerk ersetzen und mit mdadm --add hinzufügen: docs/de/storage.md',
  emptySlots: (used, slots) => `${used} von ${slots} Plätzen belegt; ein weiteres Mitglied gab es nie`,
  leaveEmptySlots: 'nichts, wenn es so angelegt wurde, wie auf NAS-Geräten; „Bestätigen“ drücken',
  failedSpare: (list) => `ausgefallenes Ersatzlaufwerk: ${list}; der Verbund ist auch so vollständig`,
  clearsWhenSpareRemoved: 'wenn das Laufwerk aus dem Verbund entfernt ist',
  journalLost: (list, effect) =>
    `das Journal ${list === '' ? 'fehlt' : `${list} ist ausgefallen`}: Schreiben ist nicht möglich${effect}`,
  clearsWithJournal: 'wenn der Verbund wieder ein Journal hat',
  addJournal: 'mit mdadm --add-journal eines hinzufügen',
  badBlocks: (list) =>
    `nicht lesbare Blöcke auf ${list}; fällt ein weiteres Mitglied aus, sind die Daten in diesen Blöcken verloren`,
  clearsWithoutBadBlocks: 'wenn die Liste nicht lesbarer Blöcke leer ist',
  correctedReadErrors: (list) => `neue Lesefehler auf ${list}, aus den übrigen Mitgliedern korrigiert`,
  repairArray: 'nach einem defekten Laufwerk oder Arbeitsspeicher suchen, dann den Verbund reparieren lassen',
  addSpareWithMdadm: 'mit mdadm --add ein Ersatzlaufwerk hinzufügen',

  suspendedVolume: (effect) => `angehalten: Lesen und Schreiben warten${effect}`,
  clearsWhenGoingOn: 'wenn es weiterläuft',
  resumeVolume: 'läuft kein LVM-Befehl, setzt dmsetup resume es fort',
  lostTooManyLegs: (level) => `${level ?? 'das Volume'} hat zu viele Zweige verloren`,
  repairWithLvconvert: (name) => `mit lvconvert --repair ${name} reparieren: docs/de/storage.md`,
  repairWithLvchange: (name) =>
    `nach einem defekten Laufwerk oder Arbeitsspeicher suchen, dann lvchange --syncaction repair ${name} ausführen`,
  onDrives: (list) => (list === '' ? '' : ` auf ${list}`),
  toolSays: (tool, state) => `${tool} meldet ${state}`,
  driveBelowGone: 'ein Laufwerk darunter fehlt',
  growThinPool: (name) => `mit lvextend --size +10G ${name} vergrößern oder Volumes oder Snapshots löschen`,
  thinFull: (onDrives, effect) =>
    `voll${onDrives}: Schreiben schlägt fehl, obwohl Dateisysteme darauf freien Platz anzeigen${effect}`,
  clearsWithSpace: 'wenn wieder Platz frei ist',
  thinReadOnly: (onDrives, effect) => `schreibgeschützt${onDrives}: die Metadaten sind voll oder beschädigt${effect}`,
  clearsWhenWritable: 'wenn der Pool wieder beschreibbar ist',
  unmountAndRepair: (name) => `aushängen, was darauf liegt, dann lvconvert --repair ${name} ausführen`,
  metadataNeedCheck: (onDrives) => `die Metadaten${onDrives} müssen geprüft werden`,
  clearsWhenRepaired: 'wenn sie repariert sind',
  thinNearlyFull: (onDrives, effect) =>
    `fast voll${onDrives}: ist der Pool voll, schlägt Schreiben fehl, obwohl Dateisysteme freien Platz anzeigen${effect}`,
  thinMetadataFull: (onDrives, effect) =>
    `Metadaten fast voll${onDrives}: sind sie voll, ist kein Schreiben mehr möglich${effect}`,
  growMetadata: (name) => `lvextend --poolmetadatasize +1G ${name} ausführen oder Snapshots löschen`,

  moreGoneThanTolerated: 'es fehlen mehr Mitglieder, als verkraftbar sind',
  replaceWithBtrfs: 'Laufwerk mit btrfs replace ersetzen: docs/de/storage.md',
  btrfsErrors: (devices, list, effect) =>
    `neue Fehler auf ${devices.map((number) => `Gerät ${number}`).join(' und ')} (Mitglieder: ${list})${effect}`,
  scrubBtrfs: 'Scrub des Dateisystems starten; btrfs device stats zeigt, welches Laufwerk es ist',
  btrfsMetadataFull: (list, effect) =>
    `Metadaten fast voll und kein Platz zum Erweitern auf ${list}: Schreiben schlägt fehl, obwohl df freien Platz anzeigt${effect}`,
  orWhenChunkFits: (clearsAt) => `${clearsAt} oder wenn ein Chunk angelegt werden kann`,
  makeRoomInBtrfs: 'Snapshots löschen, ein Laufwerk hinzufügen oder btrfs balance start -dusage=10 ausführen',
  allAllocated:
    'der gesamte Platz ist Daten- oder Metadaten-Chunks zugeordnet: weder Daten noch Metadaten können wachsen',
  clearsWhenUnallocated: 'wenn wieder nicht zugeordneter Platz vorhanden ist',
  balance: 'btrfs balance start -dusage=10 ausführen',
  restoreAndScrub: 'die im Kernel-Protokoll genannten Dateien wiederherstellen, dann erneut einen Scrub starten',
  balancePaused: 'eine Neuverteilung (balance) ist angehalten',
  clearsWhenResumed: 'wenn sie fortgesetzt oder abgebrochen ist',
  resumeBalance: 'btrfs balance resume ausführen',
  quotasInconsistent: 'die Zählung der Quota-Gruppen stimmt nicht mehr',
  clearsWhenRecounted: 'wenn neu gezählt ist',
  rescanQuotas: (mount) => `btrfs quota rescan${mount === undefined ? '' : ` ${mount}`} ausführen`,
  twoProfiles: (profiles) => `Chunks mit unterschiedlichen Profilen (${profiles}): das schwächste zählt`,
  clearsWithOneProfile: 'wenn alle dasselbe Profil haben',
  convertProfiles: 'btrfs balance start mit convert ausführen',
  notMounted: (list) => `nicht eingehängt, weil ein Mitglied fehlt: ${list}`,
  clearsWhenMounted: 'wenn das Dateisystem eingehängt ist',
  mountDegraded: 'mit der Option degraded einhängen, dann das Laufwerk ersetzen: docs/de/storage.md',

  startedWithoutCache: (effect) =>
    `ohne den Cache gestartet, auf dem Daten lagen, die auf dem Backing-Device fehlen${effect}`,
  clearsWhenClean: 'wenn der Kernel wieder „clean“ meldet',
  bringCacheBack: 'nicht weiter benutzen, Cache-Laufwerk wieder anschließen und Dateisystem prüfen',
  cacheGoneWithData: (list, effect) =>
    `der Cache fehlt und mit ihm Daten, die noch nicht auf dem Backing-Device liegen: ${list}${effect}`,
  cacheGone: (list) => `der Cache fehlt: ${list}; es geht nichts verloren`,
  clearsWithCache: 'wenn der Cache wieder da oder abgetrennt ist',
  attachCache: 'Cache-Laufwerk wieder anschließen oder einen anderen Cache zuordnen',
  withoutCache: (list) => `der Cache fehlt oder ist abgetrennt: ${list}`,
  clearsWithCacheOrAcknowledged: 'wenn wieder ein Cache da ist oder nach dem Bestätigen',
  attachOrAcknowledge: 'einen Cache zuordnen oder bestätigen, dass es keinen mehr gibt',
  backingDeviceErrors: (list) => `neue Fehler auf dem Backing-Device ${list}`,

  filesDamaged: (effect) => `Dateien sind beschädigt und lassen sich aus keiner Kopie reparieren${effect}`,
  restoreThenScrub: (name) => `sudo zpool status -v ${name} nennt sie: wiederherstellen, dann einen Scrub starten`,
  checkDriveAndCable:
    'Laufwerk und Kabel prüfen; gleiche Fehler auf allen Laufwerken kommen vom Controller oder vom Arbeitsspeicher',
  errorsSinceImport: (list) => `Fehler auf ${list} seit dem Import des Pools`,
  clearsAfterZpoolClear: 'nach zpool clear',
  zpoolClear: (name) => `falls die Ursache bekannt ist, zpool clear ${name} ausführen`,
  logFailed: (list) =>
    `Log-Gerät funktioniert nicht: ${list}; bei einem Stromausfall geht zuletzt Geschriebenes verloren`,
  clearsWhenReplacedOrRemoved: 'wenn es ersetzt oder entfernt ist',
  replaceLog: (name, device) => `zpool replace oder zpool remove ${name} ${device} ausführen`,
  zpoolRemove: (name, device) => `mit zpool remove ${name} ${device} entfernen`,
  cacheFailed: (list) => `der Cache funktioniert nicht: ${list}; es geht nichts verloren`,
  spareFailed: (list) => `Ersatzlaufwerk funktioniert nicht: ${list}`,
  zpoolAddSpare: (name) => `mit zpool add ${name} spare GERÄT ein Ersatzlaufwerk hinzufügen`,
  restoreThenScrubAgain: (name) =>
    `sudo zpool status -v ${name} nennt die Dateien: wiederherstellen, dann erneut einen Scrub starten`,
  scrubOverdue: 'seit mehr als 35 Tagen kein Scrub',
  clearsAfterScrub: 'wenn ein Scrub abgeschlossen ist',
  scrubMonthly: (name) => `einmal im Monat zpool scrub ${name} ausführen`,
  zfsNearlyFull: (effect) =>
    `fast voll: ZFS wird langsam, und schon vor 100 % ist kein Schreiben mehr möglich${effect}`,
  makeRoomInZfs: (name) => `Snapshots oder Dateien von ${name} löschen oder Laufwerke hinzufügen`,
  replaceDriveOfZpool: 'das Laufwerk ersetzen, das zpool status zeigt: docs/de/storage.md',
  waitForResilver: 'warten, bis das Resilvering abgeschlossen ist',
  replaceSparedDrive: (name) =>
    `ein Ersatzlaufwerk ist eingesprungen: Laufwerk ersetzen oder zpool detach ${name} ALTES ausführen`,
  replaceWithZpool: (name) => `Laufwerk mit zpool replace ${name} ersetzen: docs/de/storage.md`,
  poolSuspended: (effect) => `angehalten: zu viele Laufwerke antworten nicht, und was den Pool benutzt, hängt${effect}`,
  clearsWhenPoolGoesOn: 'wenn der Pool weiterläuft',
  bringDrivesBack: 'Laufwerke wieder anschließen, dann zpool clear ausführen; nicht auf hängende Befehle warten',
  offlinePool: (effect) => `offline${effect}`,
  clearsWhenOnline: 'wenn der Pool online ist',
  seeZpoolStatus: 'zpool status ansehen',
};
