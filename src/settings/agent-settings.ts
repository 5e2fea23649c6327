import * as z from 'zod/mini';
import { hostRootSettingsShape } from '../model/host-roots.ts';
import { slug } from '../model/naming.ts';
import { customSetting, enumSetting, stringSetting } from '../model/setting.ts';

/** Whether a text can be an agent's id: what `slug` makes of a name, also of one that it cuts. */
export const isAgentId = (text: string): boolean =>
  text.length <= 60 && /^[a-z0-9]+(_[a-z0-9]+)*(__[0-9a-f]{6})?$/.test(text);

/** The id of an agent that is named by its id or by the name from which the id was made. */
export const toAgentId = (idOrName: string): string => (isAgentId(idOrName) ? idOrName : slug(idOrName));

export const agentSettingsSchema = z.object({
  AGENT_NAME: stringSetting({
    description:
      'Name of this agent and of its device in Home Assistant. Defaults to the host name. Set AGENT_ID before you change it: otherwise a new name makes a new agent with new devices.',
    example: 'nas',
  }),
  AGENT_ID: customSetting(
    {
      description:
        'ID of this agent in its topics and in Home Assistant, which keeps devices and their history while the name changes. Defaults to the name in lower case.',
      example: 'nas',
      suggest: slug,
    },
    'agentId',
    (text) => (isAgentId(text) ? text : undefined),
  ),
  SITE: stringSetting({
    description: 'Name of the location, suggested to Home Assistant as the area and included in every JSON response.',
    example: 'Berlin',
  }),
  AGENT_LANGUAGE: enumSetting(
    {
      description:
        'Language of what people read, such as names in Home Assistant, the status page, and the output of check and once: English (en) or German (de). IDs, topics and values (but for texts, such as the reason of a problem) are the same in every language.',
      default: 'en',
    },
    'en',
    'de',
  ),
  LOG_LEVEL: enumSetting(
    { description: 'Minimum level of the messages to log.', default: 'info' },
    'trace',
    'debug',
    'info',
    'warn',
    'error',
  ),
  LOG_FORMAT: enumSetting(
    { description: 'Format of the log: text for people, or JSON for programs.', default: 'text' },
    'text',
    'json',
  ),
  ...hostRootSettingsShape,
});
