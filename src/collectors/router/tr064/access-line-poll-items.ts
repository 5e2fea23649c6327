import { CounterRateCalculator } from '../../../lib/counter-rate-calculator.ts';
import type { SoapFields } from '../../../lib/upnp/soap.ts';
import { toBaseUnit } from '../../../model/unit.ts';
import type { DslDirectionReading, DslErrorCounters, PollItem } from './reading.ts';

/** A rate of zero means that there is no measurement. */
const nonZero = (value: number | undefined) => (value === 0 ? undefined : value);

export const physicalLinkPollItem: PollItem = {
  intervalSeconds: 60,
  async read(client) {
    const info = await client.call('WANCommonInterfaceConfig1', 'GetCommonLinkProperties');
    const status = info?.text('PhysicalLinkStatus');
    return {
      link: info && {
        access: info.text('WANAccessType'),
        isUp: status === undefined ? undefined : status === 'Up',
        downBytesPerSecond: toBaseUnit(nonZero(info.count('Layer1DownstreamMaxBitRate')), 'bit/s'),
        upBytesPerSecond: toBaseUnit(nonZero(info.count('Layer1UpstreamMaxBitRate')), 'bit/s'),
      },
    };
  },
};

const fromTenths = (value: number | undefined) => (value === undefined ? undefined : value / 10);

/** Rates come in kbit/s, the other values in tenths of a dB. */
const parseDslDirection = (info: SoapFields, name: 'Downstream' | 'Upstream'): DslDirectionReading => ({
  rateBytesPerSecond: toBaseUnit(nonZero(info.count(`${name}CurrRate`)), 'kbit/s'),
  attainableBytesPerSecond: toBaseUnit(nonZero(info.count(`${name}MaxRate`)), 'kbit/s'),
  noiseMargin: fromTenths(info.integer(`${name}NoiseMargin`)),
  attenuation: fromTenths(info.integer(`${name}Attenuation`)),
});

const counters = {
  crc: 'CRCErrors',
  fec: 'FECErrors',
  crcUp: 'ATUCCRCErrors',
  fecUp: 'ATUCFECErrors',
  erroredSeconds: 'ErroredSecs',
  severelyErroredSeconds: 'SeverelyErroredSecs',
} as const;

const errorNames = Object.keys(counters) as (keyof typeof counters)[];
const perError = (read: (name: keyof typeof counters) => number | undefined): DslErrorCounters =>
  Object.fromEntries(errorNames.map((name) => [name, read(name)]));

/** Cable and fibre models list the service too, but support none of its actions. */
export const createDslPollItem = (now: () => { wall: number; monotonic: number }): PollItem => {
  const rates = new CounterRateCalculator();
  return {
    intervalSeconds: 60,
    async read(client) {
      const info = await client.call('WANDSLInterfaceConfig1', 'GetInfo');
      const status = info?.text('Status');
      if (info === undefined || status === undefined) return { dsl: undefined };
      const isUp = status === 'Up';
      const statistics = await client.call('WANDSLInterfaceConfig1', 'GetStatisticsTotal');
      const errors = perError((name) => (isUp ? statistics?.count(counters[name]) : undefined));
      rates.begin(now());
      const errorsPerSecond = perError((name) => rates.perSecond(name, errors[name]));
      // Without sync the FRITZ!Box reports zeros or old values.
      return {
        dsl: {
          isUp,
          down: isUp ? parseDslDirection(info, 'Downstream') : {},
          up: isUp ? parseDslDirection(info, 'Upstream') : {},
          errors,
          errorsPerSecond,
          retrains: statistics?.count('LinkRetrain'),
        },
      };
    },
  };
};

/** Converts thousandths of a dBm; a level of exactly zero was not measured. */
const dbmFromThousandths = (value: number | undefined) =>
  value === undefined || value === 0 ? undefined : value / 1000;

export const fibrePollItem: PollItem = {
  intervalSeconds: 60,
  async read(client) {
    const info = await client.call('X_AVM-DE_WANFiber1', 'GetInfo');
    return {
      fibre: info && {
        received: dbmFromThousandths(info.integer('OpticalSignalLevel')),
        transmitted: dbmFromThousandths(info.integer('TransmitOpticalLevel')),
      },
    };
  },
};

/** Whether a receiver can measure this level, in dBm. */
const isSignal = (value: number | undefined) => value !== undefined && value < -20 && value > -160;

/** Reads only these fields: the others hold numbers of the SIM card and the login at the provider. */
export const mobilePollItem: PollItem = {
  intervalSeconds: 60,
  async read(client) {
    const info = await client.call('X_AVM-DE_WANMobileConnection1', 'GetInfoEx');
    const technology = info?.text('CurrentAccessTechnology');
    const signal = [0, 1]
      .map((antenna) => info?.integer(`SignalRSRP${antenna}`))
      .map((value) => (isSignal(value) ? value : undefined));
    return { mobile: info && { technology, signal, roaming: info.flag('Roaming') } };
  },
};
