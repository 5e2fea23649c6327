import { readFile } from 'node:fs/promises';
import { rootCertificates } from 'node:tls';
import type { Collector } from '../../model/collector.ts';
import { slug } from '../../model/naming.ts';
import { memory } from './history.ts';
import { actions, events, metrics } from './metrics.ts';
import type { HomeAssistantReadings } from './reading.ts';
import { settings } from './settings.ts';
import { Watch } from './watch.ts';

/** Read each time, so that a renewed certificate is taken. */
async function readAuthorities(path: string | undefined): Promise<string[] | undefined> {
  if (path === undefined) return undefined;
  const own = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error('HA_CA_FILE', { cause });
  });
  return [...rootCertificates, own];
}

/** Home Assistant, watched from outside. */
export const homeAssistant: Collector<HomeAssistantReadings, typeof settings.shape> = {
  id: 'home_assistant',
  title: 'Home Assistant',
  endpoint: 'ha',
  env: settings,
  schedule: '*/30 * * * * *',
  limit: 20,
  metrics,
  actions,
  events,
  memory,
  open({ HA_BASE_URL: instances = [], HA_TOKEN: tokens, HA_CA_FILE: authorityFile }, { agent, memory }) {
    if (instances.length === 0) return { off: 'HA_BASE_URL is not set' };
    const watches = new Map(instances.map((instance) => [slug(instance.title), new Watch(instance, tokens.of(instance.name), agent, memory)]));
    return {
      async read(signal) {
        const authorities = await readAuthorities(authorityFile);
        return Promise.all([...watches.values()].map((watch) => watch.read(authorities, signal)));
      },
      act: (device) => watches.get(device)?.tryToken(),
    };
  },
};
