import type { FritzBoxClient, PollItem } from '../poll-item.ts';
import type { WlanRadioReading } from '../reading.ts';

const bands: Record<string, WlanRadioReading['band']> = { 2400: '2.4 GHz', 5000: '5 GHz', 6000: '6 GHz' };

/** A box that does not tell the band tells the channel. */
const bandOf = (band: string | undefined, channel: number | undefined): WlanRadioReading['band'] =>
  bands[band ?? ''] ?? (channel === undefined || channel === 0 ? undefined : channel < 15 ? '2.4 GHz' : '5 GHz');

async function readRadio(box: FritzBoxClient, instance: number): Promise<WlanRadioReading | undefined> {
  const service = `WLANConfiguration${instance}`;
  const info = await box.ask(service, 'GetInfo');
  if (info === undefined) return undefined;
  const more = await box.ask(service, 'X_AVM-DE_GetWLANExtInfo');
  const status = info.text('Status');
  const isUp = status === undefined ? undefined : status === 'Up';
  const channel = info.count('Channel') || undefined;
  const kind = more?.text('X_AVM-DE_APType');
  return {
    instance,
    band: bandOf(info.text('X_AVM-DE_FrequencyBand'), channel),
    isGuest: kind === undefined ? undefined : kind === 'guest',
    isUp,
    channel: isUp === false ? undefined : channel,
    ssid: info.text('SSID'),
    standard: info.text('Standard'),
    clients: isUp === false ? 0 : (await box.ask(service, 'GetTotalAssociations'))?.count('TotalAssociations'),
  };
}

/** The bands come first and the guests last, as many as the box has. */
export const wlanPollItem: PollItem = {
  intervalSeconds: 60,
  async read(box) {
    const radios: WlanRadioReading[] = [];
    for (const instance of [1, 2, 3, 4]) {
      const found = await readRadio(box, instance);
      if (found !== undefined) radios.push(found);
    }
    return { radios: radios.length === 0 ? undefined : radios };
  },
};
