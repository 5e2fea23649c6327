import { germanNamesAndPageTexts } from '../../src/cli/german-names-and-page-texts.ts';
import type { BlueprintTexts } from './blueprint-texts.ts';

/** The state as German writes it. */
const value = "{{ value | replace('.', ',') }}";

export const germanBlueprintTexts: BlueprintTexts = {
  folder: 'infra_monitor_de',
  alerts: {
    agent_lost: {
      name: 'Agent ausgefallen',
      description: 'Ein Agent oder der Rechner, auf dem er läuft, ist offline.',
      limits: {},
      title: '{{ device }} ist ausgefallen',
      recovered: '{{ device }} ist wieder da',
    },
    drive_problem: {
      name: 'Laufwerk hat ein Problem',
      description: 'Ein Laufwerk meldet, dass es ausfällt, oder sein Verlauf zeigt es.',
      limits: {},
      title: '{{ device }} hat ein Problem',
      recovered: '{{ device }} hat kein Problem mehr',
    },
    drive_hot: {
      name: 'Laufwerk zu heiß',
      description: 'Ein Laufwerk ist heißer, als es sein soll.',
      limits: { limit: 'Zu heiß ab' },
      title: `{{ device }} ist heiß: ${value} {{ unit }}`,
      recovered: `{{ device }} ist abgekühlt: ${value} {{ unit }}`,
    },
    wear_reached: {
      name: 'Laufwerk abgenutzt',
      description: 'Ein Laufwerk hat die höchste erlaubte Abnutzung erreicht.',
      limits: { limit: 'Abgenutzt ab' },
      title: `{{ device }} ist abgenutzt: ${value} % der Lebensdauer sind verbraucht`,
      recovered: `{{ device }} ist wieder unter der Grenze: ${value} %`,
    },
    disk_filling: {
      name: 'Dateisystem füllt sich',
      description:
        'Einem Dateisystem geht der Platz aus: „freier Speicherplatz“, „Belegung“ und „Zeit bis voll“ werden jeweils mit der Grenze in ihrer Einheit verglichen.',
      limits: { free_limit: 'Mindestens frei', used_limit: 'Höchstens belegt', time_limit: 'Mindestens Zeit bis voll' },
      title: `{{ name }}: ${value} {{ unit }}`,
      recovered: `{{ name }}: wieder genug Platz, ${value} {{ unit }}`,
    },
    router_unreachable: {
      name: 'Router nicht erreichbar',
      description: 'Ein Router antwortet nicht.',
      limits: {},
      title: '{{ device }} antwortet nicht',
      recovered: '{{ device }} antwortet wieder',
    },
    wan_outage: {
      name: 'Internetausfall',
      description: 'Ein Router hat keine Internetverbindung.',
      limits: {},
      title: '{{ device }} hat keine Internetverbindung',
      recovered: '{{ device }} hat wieder eine Internetverbindung',
    },
    slow_line: {
      name: 'Langsamer Anschluss',
      description: 'Ein Anschluss ist langsamer, als er sein soll.',
      limits: { limit: 'Langsam bis' },
      title: `{{ name }}: nur ${value} {{ unit }}`,
      recovered: `{{ name }}: wieder ${value} {{ unit }}`,
    },
    firmware_update: {
      name: 'Firmware-Update',
      description: 'Für Firmware oder Software gibt es eine neuere Version.',
      limits: {},
      title: "{{ name }}: {{ state_attr(subject, 'latest_version') }} ist verfügbar",
      recovered: "{{ name }}: {{ state_attr(subject, 'installed_version') }} ist installiert",
    },
    any_problem: {
      name: 'Irgendein Problem',
      description:
        'Alles, was ein Problem meldet. Entitäten auswählen, wenn eine andere dieser Automationen einige davon überwacht.',
      limits: {},
      title: '{{ name }}',
      recovered: '{{ name }}: behoben',
    },
  },
  everything_wrong: {
    name: 'Alle Probleme',
    description:
      'Alles, was die Agenten als Problem melden: jede Ursache einmal, mit ihrem Ort und dem, was zu tun ist, und ihr Ende. Entitäten müssen nicht ausgewählt werden; neue Rechner und Laufwerke gehören von selbst dazu.',
  },
  home_assistant_restarted: {
    name: 'Home Assistant neu gestartet',
    description:
      'Ein Home Assistant, das ein Agent überwacht, oder dieses hier wurde neu gestartet. Für Rechner die Entitäten „Letzter Start“ auswählen.',
  },
  severities: germanNamesAndPageTexts.severities,
  subjects: 'Entitäten',
  subjectsDescription: 'Ohne Auswahl hier und darunter alles dieser Art, was Agenten ankündigen, jetzt und in Zukunft.',
  places: 'Bereiche und Labels',
  areas: 'Bereiche',
  areasDescription: 'Alles dieser Art in diesen Bereichen.',
  labels: 'Labels',
  labelsDescription: 'Alles dieser Art, das eines dieser Labels hat oder zu einem Gerät mit einem davon gehört.',
  baseTopicDescription: 'Das Basis-Topic der Agenten.',
  minutes: 'Mindestens so lange',
  explainedBy: 'Erklärt durch',
  explainedByDescription:
    'Solange eine dieser Entitäten nicht verbunden ist, wird nichts gemeldet: der Router eines Standorts oder ein Broker, für die es eine eigene Automation gibt.',
  telling: 'Benachrichtigungen',
  tell: 'Aktionen',
  tellDescription:
    'Aktionen, die `{{ title }}` und `{{ message }}` verwenden. `{{ tag }}` ist für einen Alarm und sein Ende gleich; `{{ over }}` ist beim Ende wahr.',
  quietFrom: 'Ruhe ab',
  quietFromDescription: 'Ein Alarm in der Ruhezeit wird an deren Ende gesendet, wenn er bis dahin anhält.',
  quietTo: 'Ruhe bis',
  atStart: 'Auch beim Start von Home Assistant',
  atStartDescription: 'Eine Benachrichtigung mit allem, was dann nicht in Ordnung ist, ob neu oder nicht.',
  atOwnStart: 'Auch für dieses Home Assistant',
  atOwnStartDescription: 'Eine Benachrichtigung senden, wenn dieses Home Assistant gestartet ist.',
  remindHours: 'Erinnern nach (0: nie)',
  severity: 'Ab diesem Schweregrad',
  topic: 'Topic',
  topicDescription: 'Topic der Listen aller Agenten; beginnt mit MQTT_BASE_TOPIC.',
  foundAtStart: (list) => `Home Assistant ist gestartet und findet: ${list}`,
  daysAndHours: "'%d %s %d h' | format(lasted // 1440, 'Tag' if lasted // 1440 == 1 else 'Tage', lasted % 1440 // 60)",
  aFewSeconds: 'einige Sekunden',
  dateAndTime: '%d.%m.%Y, %H:%M',
  itLasted: (lasting) => `Dauer: {{ 'mehr als ' if k.adopted }}${lasting}.`,
  since: "{{ 'Noch immer, seit' if k.told else 'Seit' }} {{ since }} Uhr{{ ': ' ~ reason if reason }}.",
  wrongLasted: '„%s“: Dauer %s%s.',
  longerThan: 'mehr als ',
  over: ': behoben',
  wrong: [
    `{{ ${JSON.stringify(germanNamesAndPageTexts.severities).replaceAll('"', "'")}[k.severity] | capitalize }}: {{ k.place }}. Seit {{ since }} Uhr.`,
    "{{ ' Seriennummer %s.' | format(k.serial) if k.serial }}",
    "{{ ' Ebenfalls betroffen: %s.' | format(k.went | join(', ')) if k.went }}",
    "{{ ' Was zu tun ist: %s.' | format(k.remedy) if k.remedy }}",
    "{{ ' Gilt als behoben: %s.' | format(k.clears) if k.clears }}",
  ].join(''),
  restarted: ': neu gestartet',
  started: 'Home Assistant ist gestartet',
  at: "'Am %s Uhr.' | format(k.at | timestamp_custom('%d.%m.%Y um %H:%M'))",
};
