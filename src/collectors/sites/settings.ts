import * as z from 'zod/mini';
import { enumSetting } from '../../model/setting.ts';

export const sitesSettings = z.object({
  SITES: enumSetting(
    {
      description:
        'Whether this agent monitors all sites of the lab: it reads the topics of all agents on the broker and publishes the state of each site. Several agents can be enabled; one of them publishes.',
      default: 'false',
    },
    'true',
    'false',
  ),
});
