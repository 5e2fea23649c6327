import type { TranslatedTableNamesOfCollector } from '../../model/translation.ts';
import type { InstanceHintInput } from './instance-state.ts';
import type { homeAssistantTables } from './metrics.ts';
import type { HomeAssistantTexts } from './texts.ts';

export const homeAssistantNamesInGerman: TranslatedTableNamesOfCollector<typeof homeAssistantTables> = {
  instance: {
    title: 'Home Assistant',
    plural: 'Home Assistant',
    event: 'Ereignis',
    actions: { try_token: 'Token erneut versuchen' },
    states: {
      state: {
        running: 'läuft',
        starting: 'startet',
        stopping: 'wird beendet',
        safe_mode: 'abgesicherter Modus',
        recovery_mode: 'Wiederherstellungsmodus',
        answering: 'antwortet',
        token_refused: 'Token abgelehnt',
        onboarding: 'noch nicht eingerichtet',
        moved: 'umgezogen',
        certificate_expired: 'Zertifikat abgelaufen',
        certificate_wrong_name: 'Zertifikat für anderen Namen',
        certificate_untrusted: 'Zertifikat nicht vertrauenswürdig',
        certificate_not_yet_valid: 'Zertifikat noch nicht gültig',
        banned: 'IP-Adresse gesperrt',
        proxy_not_trusted: 'Proxy nicht vertrauenswürdig',
        proxy_without_websocket: 'Proxy ohne WebSocket',
        proxy_error: 'Proxy meldet Fehler',
        proxy_login: 'Proxy verlangt Anmeldung',
        proxy_refused: 'vom Proxy abgewiesen',
        not_home_assistant: 'kein Home Assistant',
        wrong_protocol: 'falsches Protokoll',
        tls_refused: 'TLS abgelehnt',
        hung_up: 'Verbindung abgebrochen',
        refused: 'Verbindung abgelehnt',
        timeout: 'Zeitüberschreitung',
        frozen: 'eingefroren',
        unknown_address: 'Adresse unbekannt',
        unreachable: 'nicht erreichbar',
      },
    },
    metrics: {
      reachable: 'Erreichbar',
      state: 'Zustand',
      version: 'Version',
      hint: 'Was zu tun ist',
      latency: 'Latenz',
      started: 'Gestartet',
      restarts: 'Neustarts',
      outages: 'Ausfälle',
      outage_began: 'Beginn des letzten Ausfalls',
      outage_ended: 'Ende des letzten Ausfalls',
      entities: 'Entitäten',
      unavailable_entities: 'Nicht verfügbare Entitäten',
      repairs: 'Offene Reparaturen',
      migration: 'Migration des Recorders',
      last_backup: 'Letztes automatisches Backup',
      core: 'Core-Update',
      operating_system: 'Betriebssystem-Update',
      supervisor: 'Supervisor-Update',
      certificate_left: 'Restlaufzeit des Zertifikats',
    },
  },
};

const isRedirect = (status = 0) => status >= 300 && status < 400;

const proxyOf = ({ proxyName }: InstanceHintInput) =>
  proxyName === undefined ? 'der vorgeschaltete Proxy' : `der vorgeschaltete Proxy (${proxyName})`;

const dayOf = (date: Date | undefined) =>
  date === undefined || Number.isNaN(date.getTime())
    ? 'einem späteren Tag'
    : `dem ${date.toLocaleDateString('de', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })}`;

const withheld = 'daher wird das Token nicht gesendet';

function untrustedCertificateHint({ certificate }: InstanceHintInput): string {
  switch (certificate?.problem) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return `das Zertifikat ist selbst signiert, ${withheld}: HA_CA_FILE auf dieses Zertifikat setzen`;
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return `das Zertifikat kommt ohne das des Ausstellers, der hier nicht bekannt ist, ${withheld}: die ganze Kette ausliefern lassen (fullchain.pem); bei einer eigenen Zertifizierungsstelle HA_CA_FILE auf deren Zertifikat setzen`;
    default:
      return `das Zertifikat stammt von einer Zertifizierungsstelle, der hier nicht vertraut wird, ${withheld}: HA_CA_FILE auf deren Zertifikat setzen`;
  }
}

function refusalOfProxyHint(context: InstanceHintInput): string {
  switch (context.status) {
    case 421:
      return `${proxyOf(context)} bedient den Namen ${context.url.hostname} nicht (HTTP 421): in HA_BASE_URL einen Namen verwenden, den er bedient, oder diesen dort ergänzen`;
    case 429:
      return `${proxyOf(context)} antwortet mit HTTP 429, zu viele Anfragen: Grenze für diesen Rechner erhöhen`;
    default:
      return `${proxyOf(context)} weist diesen Rechner ab (HTTP ${context.status}): dessen Adresse dort zulassen oder in HA_BASE_URL eine Adresse verwenden, die nicht über ihn führt`;
  }
}

export const homeAssistantTextsInGerman: HomeAssistantTexts = {
  hints: {
    running: undefined,
    starting: undefined,
    stopping: undefined,
    safe_mode: () =>
      'läuft im abgesicherten Modus, ohne benutzerdefinierte Integrationen: neu starten, um ihn zu beenden',
    recovery_mode: () =>
      'läuft im Wiederherstellungsmodus, ohne Integrationen: die Konfiguration ist fehlerhaft; Einstellungen → System → Protokolle zeigt, wo',
    answering: undefined,
    token_refused: () =>
      'lehnt HA_TOKEN ab; es wird bis zu einer Änderung nicht mehr verwendet: ein neues erstellen (sich mit dem Benutzer anmelden, der für diesen Agenten angelegt ist, Profil → Sicherheit → Langlebige Zugriffstoken → Token erstellen)',
    onboarding: ({ url }) => `ist noch nicht eingerichtet: ${url.origin} öffnen`,
    moved: ({ url, movedTo }) =>
      movedTo?.origin === url.origin && movedTo.pathname === '/'
        ? `Home Assistant ist ohne den Pfad in HA_BASE_URL erreichbar: HA_BASE_URL=${movedTo.href} setzen; bis dahin wird das Token nicht gesendet`
        : `ist umgezogen: HA_BASE_URL=${movedTo?.href} setzen; bis dahin wird das Token nicht dorthin gesendet`,
    certificate_expired: () => `das Zertifikat ist abgelaufen, ${withheld}: Zertifikat erneuern`,
    certificate_wrong_name: ({ url }) =>
      `das Zertifikat gilt nicht für ${url.hostname}, ${withheld}: in HA_BASE_URL den Namen aus dem Zertifikat verwenden`,
    certificate_untrusted: untrustedCertificateHint,
    certificate_not_yet_valid: ({ certificate }) =>
      `das Zertifikat gilt erst ab ${dayOf(certificate?.validFrom)}, ${withheld}: Uhren dieses Rechners und des Rechners von Home Assistant prüfen`,
    banned: () =>
      'hat die IP-Adresse dieses Rechners nach fehlgeschlagenen Anmeldungen gesperrt: die Adresse aus ip_bans.yaml im Konfigurationsordner entfernen und Home Assistant neu starten',
    proxy_not_trusted: () =>
      'vertraut dem vorgeschalteten Proxy nicht: dessen Adresse in der Integration http unter trusted_proxies eintragen',
    proxy_without_websocket: () =>
      'der vorgeschaltete Proxy leitet keine WebSockets weiter: ihn die Header Upgrade und Connection weiterleiten lassen',
    proxy_error: (context) =>
      isRedirect(context.status)
        ? `${proxyOf(context)} leitet im Kreis um (HTTP ${context.status}): er hält HTTPS-Anfragen für HTTP. X-Forwarded-Proto weiterleiten lassen, bei Cloudflare SSL/TLS auf „Full“ stellen`
        : `${proxyOf(context)} antwortet mit HTTP ${context.status}: er erreicht Home Assistant nicht. Prüfen, ob Home Assistant oder dessen Container läuft`,
    proxy_login: (context) =>
      `${proxyOf(context)} verlangt eine eigene Anmeldung${context.loginHost === undefined ? '' : ` (${context.loginHost})`}: /api/ von diesem Rechner ohne sie zulassen oder in HA_BASE_URL eine Adresse verwenden, die nicht über ihn führt`,
    proxy_refused: refusalOfProxyHint,
    not_home_assistant: ({ url, status }) =>
      `${url.href} ist kein Home Assistant${status === undefined ? '' : ` (HTTP ${status} beim Aufbau des WebSockets)`}: HA_BASE_URL auf die Adresse von Home Assistant setzen`,
    wrong_protocol: ({ url }) =>
      url.protocol === 'http:'
        ? `${url.host} verwendet TLS: in HA_BASE_URL https:// verwenden`
        : `${url.host} verwendet kein TLS: in HA_BASE_URL http:// verwenden`,
    tls_refused: ({ url, tlsRefusal }) =>
      `${url.host} lehnt den TLS-Handshake ab (${tlsRefusal}): ${
        tlsRefusal === 'certificate required'
          ? 'verlangt wird ein Client-Zertifikat, das der Agent nicht hat. In HA_BASE_URL eine Adresse verwenden, die keines verlangt'
          : `vermutlich gibt es dort kein Zertifikat für ${url.hostname}. In HA_BASE_URL den Namen verwenden, den der Server kennt`
      }`,
    hung_up: ({ url }) =>
      `${url.host} schließt die Verbindung sofort${url.protocol === 'http:' ? ': in HA_BASE_URL https:// versuchen' : ''}`,
    refused: ({ url }) =>
      `unter ${url.host} nimmt kein Programm Verbindungen an: Home Assistant läuft nicht oder verwendet einen anderen Port`,
    timeout: ({ url }) => `${url.host} antwortet nicht`,
    frozen: ({ url }) =>
      `${url.host} nimmt Verbindungen an und antwortet nicht: Home Assistant oder der vorgeschaltete Proxy hängt. Dauert das an, neu starten`,
    unknown_address: ({ url }) =>
      `der Name ${url.hostname} ist hier nicht bekannt: HA_BASE_URL und den DNS-Server dieses Rechners prüfen oder die IP-Adresse verwenden`,
    unreachable: ({ url }) => `keine Route zu ${url.host}: Netzwerk prüfen`,
  },
  withoutWebSocket: (why) => `ohne WebSocket sind Entitäten, Reparaturen, Updates und Backups nicht bekannt: ${why}`,
  noAnswer: 'antwortet nicht',
  clearsWhenAnswering: 'wenn Home Assistant wieder antwortet',
  checkRunning:
    'auf dem Rechner prüfen, ob Home Assistant läuft, und es sonst starten; hat sich die Adresse geändert, HA_BASE_URL anpassen',
  clearsWhenRunning: 'wenn es wieder normal läuft',
  backupOverdue: 'das letzte automatische Backup ist mehr als einen Tag überfällig',
  clearsWithBackup: 'wenn ein Backup gelingt',
  seeBackups: 'Einstellungen → System → Backups zeigt, warum es fehlgeschlagen ist',
};
