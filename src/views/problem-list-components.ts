import { entityIdPrefix, entityUniqueId, formatComponentKey } from '../model/naming.ts';
import { isFaultSeverity, severities } from '../model/problem.ts';
import type { AgentIdentity } from '../model/state.ts';
import { Topics } from '../model/topics.ts';
import { english, type Language } from './language.ts';
import { discoveryNameFields } from './platform.ts';

/** Collector and table in the keys of the entities for the list of problems; no collector has this id. */
export const problemListCollectorAndTable = { collector: 'problems', table: 'agent' };
const problemKeyOf = (metric: string) => formatComponentKey({ ...problemListCollectorAndTable, metric });
/** Key of *Problem* of the agent’s machine. */
export const machineProblemComponentKey = problemKeyOf('problem');
/** Keys of the entities for the list of problems. */
export const problemListComponentKeys: ReadonlySet<string> = new Set(
  ['problem', 'problem_reason', 'problems'].map(problemKeyOf),
);

const faultWords = severities.filter(isFaultSeverity).map((severity) => `'${severity}'`);

/** Entities of the agent's machine that read the list of problems. They exist whatever is watched, so that automations
 * can rely on them. `shownDeviceName`: of the machine. */
export function problemListComponents(
  agent: AgentIdentity,
  { words, problems: { noReason } }: Language,
  shownDeviceName: string,
): [key: string, component: Record<string, unknown>][] {
  const topics = new Topics(agent);
  const named = (shown: string | undefined, entity: string) =>
    discoveryNameFields({ device: shownDeviceName, entity: shown }, { device: agent.name, entity });
  const entity = (platform: string, metric: string, options: object): [string, Record<string, unknown>] => [
    problemKeyOf(metric),
    {
      platform,
      unique_id: entityUniqueId(agent, agent.id, problemKeyOf(metric)),
      default_entity_id: `${platform}.${entityIdPrefix(agent, agent.name)}_${metric}`,
      ...options,
      state_topic: topics.problems,
      availability: [{ topic: topics.status }],
    },
  ];
  return [
    entity('binary_sensor', 'problem', {
      ...named(undefined, 'Problem'),
      device_class: 'problem',
      value_template: `{{ 'ON' if value_json.worst in (${faultWords.join(', ')}) else 'OFF' }}`,
      json_attributes_topic: topics.problems,
      json_attributes_template: "{{ dict(value_json.items() | rejectattr(0, 'in', ['told', 'machine'])) | tojson }}",
    }),
    entity('sensor', 'problem_reason', {
      ...named(words.problemReason, english.words.problemReason),
      icon: 'mdi:message-alert-outline',
      value_template: `{{ value_json.reason or '${noReason}' }}`,
    }),
    entity('sensor', 'problems', {
      ...named(words.problems, english.words.problems),
      icon: 'mdi:alert-circle-outline',
      state_class: 'measurement',
      value_template: '{{ value_json.count }}',
    }),
  ];
}
