import type { OptionText } from './app-config.ts';

const schedule = (subject: string): OptionText => ({
  name: `Zeitplan: ${subject}`,
  description:
    'Wann gemessen wird: ein Abstand wie 30s, 5m oder 1h, der in einer Minute, einer Stunde oder einem Tag aufgeht, oder ein Cron-Ausdruck mit sechs Feldern (Sekunde, Minute, Stunde, Tag, Monat, Wochentag); `off` schaltet diesen Kollektor aus.',
});

/** The app's options in German, by the names of the options. */
export const appOptionsInGerman: Readonly<Record<string, OptionText>> = {
  agent_name: {
    name: 'Name des Agenten',
    description:
      'Name dieses Agenten und seines Geräts in Home Assistant; ohne Angabe der Hostname. Vor einer Änderung AGENT_ID festlegen: Sonst wird aus dem neuen Namen ein neuer Agent mit neuen Geräten.',
  },
  agent_id: {
    name: 'ID des Agenten',
    description:
      'ID dieses Agenten in seinen Topics und in Home Assistant. Mit ihr bleiben die Geräte und ihr Verlauf erhalten, auch wenn sich der Name ändert. Ohne Angabe der Name in Kleinbuchstaben. Höchstens 60 Kleinbuchstaben, Ziffern und Unterstriche.',
  },
  site: {
    name: 'Standort',
    description:
      'Name des Standorts. Home Assistant bekommt ihn als Bereich vorgeschlagen, und er steht in jeder JSON-Antwort.',
  },
  agent_language: {
    name: 'Sprache des Agenten',
    description:
      'Sprache dessen, was Menschen lesen, etwa der Namen in Home Assistant, der Statusseite und der Ausgabe von check und once: Englisch (en) oder Deutsch (de). IDs, Topics und Werte sind in jeder Sprache gleich.',
  },
  log_level: {
    name: 'Protokollstufe',
    description: 'Stufe, ab der Meldungen protokolliert werden: trace, debug, info, warn oder error.',
  },
  log_format: {
    name: 'Protokollformat',
    description: 'text zum Lesen oder json für Programme.',
  },
  mqtt_url: {
    name: 'MQTT-Broker',
    description:
      'URL des Brokers, am besten desjenigen, den Home Assistant verwendet (mqtt://, mqtts://, ws:// oder wss://). Mehrere URLs, durch Kommas getrennt, sind die Knoten eines Clusters: Sie werden der Reihe nach versucht, und der erste, der funktioniert, wird beibehalten. `embedded://` startet einen eingebauten Broker zum Ausprobieren.',
  },
  mqtt_username: { name: 'MQTT-Benutzername', description: 'Benutzername beim Broker.' },
  mqtt_password: { name: 'MQTT-Passwort', description: 'Passwort beim Broker.' },
  mqtt_ca_file: {
    name: 'CA-Zertifikat des Brokers',
    description:
      'Pfad einer PEM-Datei: Zertifikat der Zertifizierungsstelle (CA), die das Zertifikat des Brokers ausgestellt hat. Nur für eine eigene CA nötig.',
  },
  mqtt_cert_file: {
    name: 'MQTT-Clientzertifikat',
    description: 'Pfad einer PEM-Datei: Zertifikat dieses Agenten, falls der Broker eines verlangt.',
  },
  mqtt_key_file: {
    name: 'MQTT-Clientschlüssel',
    description: 'Pfad einer PEM-Datei: privater Schlüssel zum Clientzertifikat.',
  },
  mqtt_base_topic: {
    name: 'MQTT-Basis-Topic',
    description: 'Anfang aller Topics des Agenten. Ohne +, # und leere Ebenen.',
  },
  mqtt_discovery_prefix: {
    name: 'MQTT-Discovery-Präfix',
    description:
      'Discovery-Präfix, wie es in der MQTT-Integration von Home Assistant eingestellt ist. Ohne +, # und leere Ebenen.',
  },
  mqtt_birth_topic: {
    name: 'MQTT-Birth-Topic',
    description:
      'Topic der Birth-Nachricht, wie es in der MQTT-Integration von Home Assistant eingestellt ist. Es richtet sich nicht nach dem Discovery-Präfix. Ohne +, # und leere Ebenen.',
  },
  mqtt_birth_payload: {
    name: 'MQTT-Birth-Payload',
    description:
      'Inhalt dieser Birth-Nachricht; jeder andere Inhalt auf ihrem Topic bedeutet, dass Home Assistant offline ist.',
  },
  notify_url: {
    name: 'Benachrichtigungen',
    description:
      'ntfy-Topic oder Webhook (http:// oder https://), an den eine Nachricht geht, wenn ein Problem beginnt und wenn es vorbei ist. Ohne Angabe wird nichts gesendet.',
  },
  notify_format: {
    name: 'Format der Benachrichtigungen',
    description: 'ntfy für eine Nachricht an ntfy oder json für ein JSON-Objekt.',
  },
  notify_token: {
    name: 'Token für Benachrichtigungen',
    description: 'Bearer-Token, das mit jeder Nachricht gesendet wird.',
  },
  host_schedule: schedule('Rechner'),
  host_filesystems: {
    name: 'Dateisysteme',
    description:
      'Einhängepunkte, die überwacht werden, als Glob-Muster, durch Kommas getrennt. Ersetzt die übliche Auswahl.',
  },
  host_filesystems_exclude: {
    name: 'Ausgeschlossene Dateisysteme',
    description: 'Einhängepunkte, die nicht überwacht werden, als Glob-Muster, durch Kommas getrennt.',
  },
  host_filesystem_limit: {
    name: 'Grenze für Dateisysteme',
    description:
      'Belegung (Speicherplatz oder Inodes) in Prozent, ab der ein Dateisystem ein Problem ist, gleich wie viel frei ist. Ohne Angabe 95 bei weniger als 5 GiB freiem Speicherplatz oder 98 bei einer Größe unter 4 GiB. HOST_FILESYSTEM_LIMIT_<NAME> gilt für einen Einhängepunkt: ROOT für /, MNT_TANK für /mnt/tank. Zahl ab 0.',
  },
  host_memory_limit: {
    name: 'Grenze für den Arbeitsspeicher',
    description:
      'Auslastung des Arbeitsspeichers in Prozent, ab der er knapp ist, wenn der Rechner zugleich fünf Minuten lang auslagert oder auf Arbeitsspeicher wartet. Ganze Zahl von 1 bis 100.',
  },
  host_interfaces: {
    name: 'Netzwerkschnittstellen',
    description:
      'Netzwerkschnittstellen, die überwacht werden, als Glob-Muster, durch Kommas getrennt. Ersetzt die übliche Auswahl: Hardware, Bonds und die Schnittstelle der Standardroute.',
  },
  host_interfaces_exclude: {
    name: 'Ausgeschlossene Netzwerkschnittstellen',
    description: 'Netzwerkschnittstellen, die nicht überwacht werden, als Glob-Muster, durch Kommas getrennt.',
  },
  host_disks: {
    name: 'Datenträger',
    description:
      'Datenträger, die überwacht werden, als Glob-Muster, durch Kommas getrennt. Ersetzt die übliche Auswahl.',
  },
  host_disks_exclude: {
    name: 'Ausgeschlossene Datenträger',
    description: 'Datenträger, die nicht überwacht werden, als Glob-Muster, durch Kommas getrennt.',
  },
  nvme_schedule: schedule('NVMe-Laufwerke'),
  nvme_devices: {
    name: 'NVMe-Laufwerke',
    description:
      'NVMe-Laufwerke, die überwacht werden, nach Controller, Namespace oder Seriennummer, durch Kommas getrennt. Ohne Angabe alle. Fehlt ein genanntes Laufwerk, wird das als Problem gemeldet.',
  },
  storage_schedule: schedule('Speicher'),
  storage_drives: {
    name: 'Laufwerke',
    description:
      'SATA-, SAS- und USB-Laufwerke, die überwacht werden, nach Gerät oder Seriennummer, durch Kommas getrennt. Ohne Angabe alle. Fehlt ein genanntes Laufwerk, wird das als Problem gemeldet.',
  },
  storage_drives_exclude: {
    name: 'Ausgeschlossene Laufwerke',
    description:
      'SATA-, SAS- und USB-Laufwerke, die nicht überwacht werden, nach Gerät oder Seriennummer, durch Kommas getrennt. Sie werden nie abgefragt.',
  },
  storage_drive_types: {
    name: 'Laufwerkstypen',
    description:
      'Wie smartctl Laufwerke abfragt, deren USB-Adapter es nicht kennt (Option `-d`), nach Gerät oder Seriennummer, und welche Laufwerke hinter einem RAID-Controller liegen, nach dessen Gerät. Liste aus <Laufwerk>=<Typ>, durch Leerzeichen getrennt.',
  },
  router_schedule: schedule('Router'),
  fritzbox_hosts: {
    name: 'Router',
    description:
      'Router, die überwacht werden, gleich welcher Marke: Adressen, durch Kommas getrennt, jede auf Wunsch mit Namen: keller=192.168.178.1 (ein Komma in einer URL als %2C schreiben). Ohne Angabe das Standardgateway.',
  },
  fritzbox_username: {
    name: 'FRITZ!Box-Benutzer',
    description:
      'FRITZ!Box-Benutzer mit der Berechtigung „FRITZ!Box Einstellungen“. Ohne Benutzer liest der Agent nur, was eine FRITZ!Box ohne Anmeldung mitteilt.',
  },
  fritzbox_password: { name: 'FRITZ!Box-Passwort', description: 'Passwort des FRITZ!Box-Benutzers.' },
  fritzbox_clients: {
    name: 'Geräte im Heimnetz',
    description:
      'Geräte wie Smartphones und Computer, deren Anwesenheit im Netz einer FRITZ!Box gemeldet wird: Liste aus Name=MAC-Adresse, durch Kommas getrennt. Zuvor die Besitzer fragen. Ohne Angabe keine.',
  },
  ping_targets: {
    name: 'Weitere Ziele',
    description:
      'Weitere Hosts und Dienste, deren Erreichbarkeit von hier aus geprüft wird, jedes Ziel auf Wunsch mit Namen: Hosts, tcp://Host:Port und Adressen mit http:// oder https://, durch Kommas getrennt (ein Komma in einer URL als %2C schreiben).',
  },
  ping_count: { name: 'Pings', description: 'Anzahl der Pakete je Messung. Ganze Zahl von 1 bis 20.' },
  ping_latency_limit: {
    name: 'Grenze für die Latenz',
    description:
      'Mittlere Latenz in Millisekunden, ab der ein Router oder Ziel ein Problem hat. Ohne Angabe keine Grenze. Zahl ab 0.',
  },
  ping_loss_limit: {
    name: 'Grenze für den Paketverlust',
    description: 'Paketverlust in Prozent, ab dem ein Router oder Ziel ein Problem hat. Ohne Angabe 50. Zahl ab 0.',
  },
  router_dns_name: {
    name: 'DNS-Name',
    description: 'Hostname, der über den DNS-Server jedes Routers aufgelöst wird.',
  },
  router_ssdp: {
    name: 'Suche per SSDP',
    description:
      'Ob UPnP-Beschreibungen auch per SSDP gesucht werden, für Router, die sie unter einer unüblichen Adresse anbieten. true oder false (auch yes, no, on, off, 1, 0).',
  },
  home_assistant_schedule: schedule('Home Assistant'),
  ha_base_url: {
    name: 'Home-Assistant-URL',
    description:
      'URL der Home-Assistant-Instanz, die überwacht wird (http:// oder https://, ohne Zugangsdaten); bei mehreren eine URL mit Namen für jede: `berlin=http://192.168.1.5:8123,keller=https://ha.example`. Ohne Angabe wird keine überwacht.',
  },
  ha_token: {
    name: 'Home-Assistant-Token',
    description:
      'Langlebiges Zugriffstoken eines Benutzers ohne Administratorrechte. Nötig, um Zustand, Entitäten, Reparaturen und Updates zu lesen.',
  },
  ha_ca_file: {
    name: 'CA-Zertifikat für Home Assistant',
    description:
      'Pfad einer PEM-Datei: Zertifikat der Zertifizierungsstelle (CA), die das Zertifikat von Home Assistant ausgestellt hat. Nur für eine eigene CA nötig.',
  },
  sites_schedule: schedule('Standorte'),
  sites: {
    name: 'Standorte überwachen',
    description:
      'Ob dieser Agent alle Standorte überwacht: Er liest die Topics aller Agenten am Broker und veröffentlicht den Zustand jedes Standorts. Kann für mehrere Agenten eingeschaltet sein; nur einer davon veröffentlicht. true oder false (auch yes, no, on, off, 1, 0).',
  },
  agent_schedule: schedule('Agent selbst'),
  update_check: {
    name: 'Nach Updates suchen',
    description:
      'Ob einmal am Tag auf der Website des Projekts die neueste Version abgefragt wird, die dann als Update-Entität erscheint. true oder false (auch yes, no, on, off, 1, 0).',
  },
  other: {
    name: 'Weitere Einstellungen',
    description: 'Jede andere Einstellung unter ihrem eigenen Namen, zum Beispiel eine für einen einzelnen Router.',
  },
};
