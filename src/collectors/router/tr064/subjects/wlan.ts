import type { Radio } from '../reading.ts';
import type { Box, Subject } from '../subject.ts';

const bands: Record<string, Radio['band']> = { 2400: '2.4 GHz', 5000: '5 GHz', 6000: '6 GHz' };

/** A box that does not tell the band tells the channel. */
const bandOf = (told: string | undefined, channel: number | undefined): Radio['band'] =>
  bands[told ?? ''] ?? (channel === undefined || channel === 0 ? undefined : channel < 15 ? '2.4 GHz' : '5 GHz');

async function radio(box: Box, instance: number): Promise<Radio | undefined> {
  const service = `WLANConfiguration${instance}`;
  const told = await box.ask(service, 'GetInfo');
  if (told === undefined) return undefined;
  const more = await box.ask(service, 'X_AVM-DE_GetWLANExtInfo');
  const status = told.text('Status');
  const isUp = status === undefined ? undefined : status === 'Up';
  const channel = told.count('Channel') || undefined;
  const kind = more?.text('X_AVM-DE_APType');
  return {
    instance,
    band: bandOf(told.text('X_AVM-DE_FrequencyBand'), channel),
    isGuest: kind === undefined ? undefined : kind === 'guest',
    isUp,
    channel: isUp === false ? undefined : channel,
    ssid: told.text('SSID'),
    standard: told.text('Standard'),
    clients: isUp === false ? 0 : (await box.ask(service, 'GetTotalAssociations'))?.count('TotalAssociations'),
  };
}

/** The bands come first and the guests last, as many as the box has. */
export const wlan: Subject = {
  every: 60,
  async read(box) {
    const radios: Radio[] = [];
    for (const instance of [1, 2, 3, 4]) {
      const found = await radio(box, instance);
      if (found !== undefined) radios.push(found);
    }
    return { radios: radios.length === 0 ? undefined : radios };
  },
};
