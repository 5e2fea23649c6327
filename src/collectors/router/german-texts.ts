import type { RouterTexts } from './problems.ts';
import type { FritzBoxTexts } from './tr064/advice.ts';

const formatDay = (day: Date) =>
  day.toLocaleDateString('de', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `02.01.2026 um 03:04 UTC`. */
const formatMinute = (at: Date) =>
  `${at.toLocaleDateString('de', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' })} um ${at.toISOString().slice(11, 16)} UTC`;

const noPermission =
  'die Box nimmt die Anmeldung an, zeigt diesem Benutzer aber nichts: ihm „FRITZ!Box Einstellungen“ erlauben (System → FRITZ!Box-Benutzer)';

/** Words of FRITZ!OS’s menus. */
const fritzBoxTextsInGerman: FritzBoxTexts = {
  loginRefusals: {
    no_digest: 'die Box bietet keine Digest-Anmeldung an',
    refused:
      'die Box hat die Anmeldung abgelehnt: FRITZBOX_USERNAME und FRITZBOX_PASSWORD prüfen; der Benutzer muss aktiv sein (System → FRITZ!Box-Benutzer)',
    no_permission: noPermission,
  },
  loginTriedSoon: (why, acceptedAt) =>
    `${why}; angenommen bis ${formatMinute(acceptedAt)}, deshalb versucht es der Agent innerhalb einer Stunde erneut`,
  loginPaused: (why, acceptedAt) =>
    `${why}; danach „Anmeldung erneut versuchen“ drücken: der Agent wartet Stunden${acceptedAt === undefined ? ', damit die Box den Benutzer nicht sperrt' : `; angenommen bis ${formatMinute(acceptedAt)}`}`,
  silentOverTr064: (code) => `die Box antwortet nicht über TR-064${code === undefined ? '' : `: ${code}`}`,
  offersNoTr064: (error) =>
    `${error}; die Box bietet TR-064 nicht an: „Zugriff für Anwendungen zulassen“ einschalten (Heimnetz → Netzwerk → Netzwerkeinstellungen)`,
  rejectsHostName: (error) =>
    `${error}; die FRITZ!Box weist diesen Hostnamen ab: stattdessen ihre IP-Adresse verwenden oder den Namen beim DNS-Rebind-Schutz als Ausnahme eintragen`,
  failsEveryRequest: (error) =>
    `die Box beantwortet jede Anfrage über TR-064 mit einem Fehler (${error}): besteht das Problem weiter, die Box neu starten`,
  mayNotAsk: (list) => `${noPermission}; diese Anfragen sind ihm nicht erlaubt: ${list}`,
  deniesRequests: (list) =>
    `die FRITZ!Box nimmt die Anmeldung an, lehnt aber einige Anfragen ab (HTTP 401), wie es manche Versionen von FRITZ!OS tun; vorerst ausgelassen: ${list}`,
  failsRequests: (list) =>
    `die FRITZ!Box beantwortet einige Anfragen mit einem Fehler, sodass die zugehörigen Werte unbekannt sind: ${list}`,
  waitsForBroker: 'die Anmeldung wartet auf den Broker, der sich merkt, ob die FRITZ!Box sie abgelehnt hat',
  notFritzBox:
    'das Standardgateway gibt sich nicht als FRITZ!Box zu erkennen und erhält deshalb keine Zugangsdaten: die Box in FRITZBOX_HOSTS angeben',
  otherCertificate:
    'die Box zeigt ein anderes Zertifikat oder bietet kein TLS mehr an: wurde sie ersetzt, zurückgesetzt oder umbenannt, „Anmeldung erneut versuchen“ drücken; sonst antwortet womöglich etwas anderes an ihrer Stelle. Bis dahin wird kein Passwort gesendet',
  unknownMeshList: 'die Mesh-Liste hat ein unbekanntes Format',
  hidesStatus:
    'ohne Anmeldung teilt die Box nichts über die Internetverbindung mit: „Statusinformationen über UPnP übertragen“ einschalten (Heimnetz → Netzwerk → Netzwerkeinstellungen)',
  loginGoesToGateway: (router) =>
    `${router}: die Zugangsdaten der FRITZ!Box gehen an das Standardgateway: FRITZBOX_HOSTS auf die Adresse der Box setzen, denn die nächste Hauptversion sendet sie nur noch dorthin`,
  loginGoesOverHttp: (router) =>
    `${router}: die Anmeldung läuft über HTTP, weil die FRITZ!Box für TR-064 kein TLS anbietet`,
  publicAddress: (host, address) =>
    `${host} führt zu ${address}, einer Adresse im Internet: den Router unter seiner Adresse im eigenen Netz oder über ein VPN überwachen`,
};

export const routerTextsInGerman: RouterTexts = {
  ...fritzBoxTextsInGerman,
  noAnswer: 'antwortet nicht',
  noAnswerYet: 'noch keine Antwort',
  clearsWhenAnswering: 'wenn wieder eine Antwort kommt',
  checkRunning: 'prüfen, ob das Gerät eingeschaltet und verbunden ist',
  slowOrLossy: 'antwortet zu langsam oder verliert zu viele Pakete',
  clearsWithinLimits: 'wenn Latenz und Paketverlust wieder innerhalb der Grenzen liegen',
  certificateExpires: (day) => `das Zertifikat läuft am ${formatDay(day)} ab`,
  certificateExpired: (day) => `das Zertifikat ist am ${formatDay(day)} abgelaufen`,
  clearsWithNewCertificate: 'wenn ein neues Zertifikat ausgeliefert wird',
  renewCertificate: 'Zertifikat erneuern und herausfinden, warum es nicht automatisch erneuert wurde',
  dslOutOfSync: 'die DSL-Leitung ist nicht synchronisiert',
  lineDown: 'die Leitung ist unterbrochen',
  clearsWhenLineIsUp: 'wenn die Leitung wieder steht',
  checkCable: 'Kabel prüfen; besteht das Problem weiter, den Anbieter benachrichtigen',
  noInternet: 'keine Internetverbindung',
  clearsWhenConnected: 'wenn die Verbindung wieder besteht',
  seeRouterPage: 'Benutzeroberfläche des Routers ansehen; besteht das Problem weiter, den Anbieter benachrichtigen',
  noDns: 'der DNS-Server antwortet nicht',
  restartRouter: 'besteht das Problem weiter, Router neu starten',
  loginProblems: {
    refused: 'lehnt die Anmeldung ab',
    paused: 'hat die Anmeldung abgelehnt; vorerst kein weiterer Versuch',
    unreachable: 'beantwortet keine Anfragen, die eine Anmeldung erfordern',
  },
  clearsWhenLoginAccepted: 'wenn die Anmeldung gelingt',
  notConnected: 'nicht verbunden',
  checkPowerAndPlace: 'Stromversorgung und Aufstellort prüfen',
  unmeasurableHttp: (error) => `antwortet, aber nicht mit auswertbarem HTTP: ${error}`,
  noGateway: 'kein Standardgateway vorhanden, und FRITZBOX_HOSTS ist nicht gesetzt',
};
