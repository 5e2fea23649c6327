import { startAgent } from './agent.ts';
import type { FritzBox } from './fritzbox/index.ts';

/** The built agent beside a box, which it calls “home”. `account`: it logs in. `built`: another build of it. */
export const startBesideBox = (url: string, box: FritzBox, name: string, account: boolean, built?: string) =>
  startAgent(
    {
      MQTT_URL: url,
      AGENT_NAME: name,
      HOST_SCHEDULE: 'off',
      ROUTER_SCHEDULE: '*/2 * * * * *',
      FRITZBOX_HOSTS: `home=http://${box.address}/igddesc.xml`,
      ...(account ? { FRITZBOX_USERNAME: 'monitor', FRITZBOX_PASSWORD: 'gürkensalat$1' } : {}),
    },
    [],
    built,
  );
