import * as z from 'zod/mini';
import { booleanSetting } from '../../model/setting.ts';

export const sitesSettingsSchema = z.object({
  SITES: booleanSetting({
    description:
      'Whether this agent monitors all sites of the lab: it reads the topics of all agents on the broker and publishes the state of each site. It can be enabled for several agents; only one of them publishes at a time.',
    default: 'false',
  }),
});
