import { english } from '../../src/views/language.ts';

/** What a blueprint is called and for. */
interface BlueprintText {
  name: string;
  description: string;
}

/** Titles of an alarm and of its end: Jinja templates of `device` and `name` (of the entity), of `value`, `number` and
 * `unit` of its state, and of the limits. */
interface AlertText<LimitName extends string = never> extends BlueprintText {
  limits: Record<LimitName, string>;
  title: string;
  recovered: string;
}

const alert = <LimitName extends string = never>(text: AlertText<LimitName>) => text;
const blueprint = (text: BlueprintText) => text;

/** What people read of the blueprints; parts of messages stand in Jinja templates. */
export const englishBlueprintTexts = {
  /** Folder of the blueprints below `automation`. */
  folder: 'infra_monitor',
  alerts: {
    agent_lost: alert({
      name: 'Agent lost',
      description: 'An agent, or the machine that it runs on, is offline.',
      limits: {},
      title: '{{ device }} is lost',
      recovered: '{{ device }} is back',
    }),
    drive_problem: alert({
      name: 'Drive problem',
      description: 'A drive reports that it is failing, or its history shows it.',
      limits: {},
      title: '{{ device }} has a problem',
      recovered: '{{ device }} no longer has a problem',
    }),
    drive_hot: alert({
      name: 'Drive hot',
      description: 'A drive is hotter than you want it to be.',
      limits: { limit: 'Hot from' },
      title: '{{ device }} is hot: {{ value }} {{ unit }}',
      recovered: '{{ device }} has cooled down: {{ value }} {{ unit }}',
    }),
    wear_reached: alert({
      name: 'Wear reached',
      description: 'A drive has used up as much of its life as you allow.',
      limits: { limit: 'Worn from' },
      title: '{{ device }} is worn: {{ value }} % of its life is used',
      recovered: '{{ device }} is below the limit again: {{ value }} %',
    }),
    disk_filling: alert({
      name: 'Disk filling',
      description:
        'A file system is running out of space: each of “Free”, “Used” and “Time to full” is compared with the limit in its unit.',
      limits: { free_limit: 'Free at least', used_limit: 'Used at most', time_limit: 'Time to full at least' },
      title: '{{ name }}: {{ value }} {{ unit }}',
      recovered: '{{ name }}: enough space again, {{ value }} {{ unit }}',
    }),
    router_unreachable: alert({
      name: 'Router unreachable',
      description: 'A router does not answer.',
      limits: {},
      title: '{{ device }} does not answer',
      recovered: '{{ device }} answers again',
    }),
    wan_outage: alert({
      name: 'WAN outage',
      description: 'A router has no internet connection.',
      limits: {},
      title: '{{ device }} has no internet',
      recovered: '{{ device }} has internet again',
    }),
    slow_line: alert({
      name: 'Slow line',
      description: 'A line is slower than it should be.',
      limits: { limit: 'Slow at or below' },
      title: '{{ name }}: only {{ value }} {{ unit }}',
      recovered: '{{ name }}: {{ value }} {{ unit }} again',
    }),
    firmware_update: alert({
      name: 'Firmware update',
      description: 'Newer firmware or software is available.',
      limits: {},
      title: "{{ name }}: {{ state_attr(subject, 'latest_version') }} is available",
      recovered: "{{ name }}: {{ state_attr(subject, 'installed_version') }} is installed",
    }),
    any_problem: alert({
      name: 'Any problem',
      description:
        'Anything that reports a problem. Choose the entities if another of these automations watches some of them.',
      limits: {},
      title: '{{ name }}',
      recovered: '{{ name }}: over',
    }),
  },
  everything_wrong: blueprint({
    name: 'Everything that is wrong',
    description:
      'Whatever any agent of the lab says is wrong, each cause once, with its place and what to do; and its end. There are no entities to choose: new machines and drives are included.',
  }),
  home_assistant_restarted: blueprint({
    name: 'Home Assistant restarted',
    description:
      'A Home Assistant that an agent watches, or this one, has restarted. Choose “Last boot” entities for machines.',
  }),
  severities: english.severities,
  subjects: 'Entities',
  subjectsDescription:
    'Without any choice here and below, everything of this kind that agents announce, now and later.',
  places: 'Areas and labels',
  areas: 'Areas',
  areasDescription: 'Everything of this kind in these areas.',
  labels: 'Labels',
  labelsDescription: 'Everything of this kind with one of these labels, or on a device with one.',
  baseTopicDescription: 'That of the agents.',
  minutes: 'For at least',
  explainedBy: 'Explained by',
  explainedByDescription:
    'No notification is sent while one of these is disconnected: the router of a site, or a broker, which has an automation of its own.',
  telling: 'Notifications',
  tell: 'Actions',
  tellDescription:
    'Actions that use `{{ title }}` and `{{ message }}`. `{{ tag }}` is the same for an alarm and its end; `{{ over }}` is true for the end.',
  quietFrom: 'Quiet from',
  quietFromDescription: 'An alarm in quiet hours is sent at their end if it lasts until then.',
  quietTo: 'Quiet to',
  atStart: 'Also when Home Assistant starts',
  atStartDescription: 'Send one notification with everything that is wrong then, whether it is new or not.',
  atOwnStart: 'Also for this Home Assistant',
  atOwnStartDescription: 'Send a notification when this one has started.',
  remindHours: 'Remind after (0: never)',
  severity: 'From this severity on',
  topic: 'Topic',
  topicDescription: 'Of the lists of all agents; begins with MQTT_BASE_TOPIC.',
  foundAtStart: (list: string) => `Home Assistant has started and finds: ${list}`,
  /** Jinja expression of `lasted` in minutes, at least 1440. */
  daysAndHours: "'%d d %d h' | format(lasted // 1440, lasted % 1440 // 60)",
  /** Less than half a minute. */
  aFewSeconds: 'a few seconds',
  /** For `strftime`, of another day. */
  dateAndTime: '%Y-%m-%d %H:%M',
  /** The first words are there if the beginning is not known. */
  itLasted: (lasting: string) => `It lasted {{ 'longer than ' if k.adopted }}${lasting}.`,
  since: "{{ 'Still, since' if k.told else 'Since' }} {{ since }}{{ ': ' ~ reason if reason }}.",
  /** `%s`: text of what was wrong, “longer than ” or nothing, and for how long. */
  wrongLasted: '“%s” lasted %s%s.',
  longerThan: 'longer than ',
  over: ': over',
  /** A problem in the list of an agent. */
  wrong: [
    "{{ k.severity | replace('_', ' ') | capitalize }} on {{ k.place }}. Since {{ since }}.",
    "{{ ' Serial number %s.' | format(k.serial) if k.serial }}",
    "{{ ' With it: %s.' | format(k.went | join(', ')) if k.went }}",
    "{{ ' What to do: %s.' | format(k.remedy) if k.remedy }}",
    "{{ ' It is over %s.' | format(k.clears) if k.clears }}",
  ].join(''),
  restarted: ': restarted',
  started: 'Home Assistant has started',
  at: "'At %s.' | format(k.at | timestamp_custom('%Y-%m-%d %H:%M'))",
};

export type BlueprintTexts = typeof englishBlueprintTexts;
export type AlertId = keyof BlueprintTexts['alerts'];
