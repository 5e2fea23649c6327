import type { FritzBoxClient, PollItem, WlanRadioReading } from './reading.ts';

const bands: Record<string, WlanRadioReading['band']> = { 2400: '2.4 GHz', 5000: '5 GHz', 6000: '6 GHz' };

/** The band, derived from the channel if the FRITZ!Box does not report it. */
const bandOf = (band: string | undefined, channel: number | undefined): WlanRadioReading['band'] =>
  bands[band ?? ''] ?? (channel === undefined || channel === 0 ? undefined : channel < 15 ? '2.4 GHz' : '5 GHz');

async function readRadio(client: FritzBoxClient, instance: number): Promise<WlanRadioReading | undefined> {
  const service = `WLANConfiguration${instance}`;
  const info = await client.call(service, 'GetInfo');
  if (info === undefined) return undefined;
  const extension = await client.call(service, 'X_AVM-DE_GetWLANExtInfo');
  const status = info.text('Status');
  const isUp = status === undefined ? undefined : status === 'Up';
  const channel = info.count('Channel') || undefined;
  const kind = extension?.text('X_AVM-DE_APType');
  return {
    instance,
    band: bandOf(info.text('X_AVM-DE_FrequencyBand'), channel),
    isGuest: kind === undefined ? undefined : kind === 'guest',
    isUp,
    channel: isUp === false ? undefined : channel,
    ssid: info.text('SSID'),
    standard: info.text('Standard'),
    clients: isUp === false ? 0 : (await client.call(service, 'GetTotalAssociations'))?.count('TotalAssociations'),
  };
}

/** The services are numbered: first the radios, as many as there are, then the guest network. */
export const wlanPollItem: PollItem = {
  intervalSeconds: 60,
  async read(client) {
    const radios: WlanRadioReading[] = [];
    for (const instance of [1, 2, 3, 4]) {
      const found = await readRadio(client, instance);
      if (found !== undefined) radios.push(found);
    }
    return { radios: radios.length === 0 ? undefined : radios };
  },
};
