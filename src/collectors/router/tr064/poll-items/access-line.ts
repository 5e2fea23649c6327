import { CounterRates } from '../../../../lib/counter-rates.ts';
import type { XmlFields } from '../../soap/xml-fields.ts';
import type { PollItem } from '../poll-item.ts';
import type { DslDirection, DslErrors } from '../reading.ts';

/** No line has a rate of nothing, and boxes without a measurement say zero. */
const nonZero = (value: number | undefined) => (value === 0 ? undefined : value);

export const linkPollItem: PollItem = {
  intervalSeconds: 60,
  async read(box) {
    const info = await box.ask('WANCommonInterfaceConfig1', 'GetCommonLinkProperties');
    const status = info?.text('PhysicalLinkStatus');
    return {
      link: info && {
        access: info.text('WANAccessType'),
        isUp: status === undefined ? undefined : status === 'Up',
        rates: {
          down: nonZero(info.count('Layer1DownstreamMaxBitRate')),
          up: nonZero(info.count('Layer1UpstreamMaxBitRate')),
        },
      },
    };
  },
};

const tenths = (value: number | undefined) => (value === undefined ? undefined : value / 10);

/** Rates are in kbit/s, the rest in tenths of a dB. */
const parseDslDirection = (info: XmlFields, name: 'Downstream' | 'Upstream'): DslDirection => ({
  rate: nonZero(info.count(`${name}CurrRate`)),
  attainable: nonZero(info.count(`${name}MaxRate`)),
  noiseMargin: tenths(info.integer(`${name}NoiseMargin`)),
  attenuation: tenths(info.integer(`${name}Attenuation`)),
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
const perError = (countOf: (name: keyof typeof counters) => number | undefined): DslErrors =>
  Object.fromEntries(errorNames.map((name) => [name, countOf(name)]));

/** Cable and fibre boxes list the service too, and know no action of it. */
export const createDslPollItem = (now: () => { wall: number; monotonic: number }): PollItem => {
  const rates = new CounterRates();
  return {
    intervalSeconds: 60,
    async read(box) {
      const info = await box.ask('WANDSLInterfaceConfig1', 'GetInfo');
      const status = info?.text('Status');
      if (info === undefined || status === undefined) return { dsl: undefined };
      const isUp = status === 'Up';
      const counted = await box.ask('WANDSLInterfaceConfig1', 'GetStatisticsTotal');
      const errors = perError((name) => (isUp ? counted?.count(counters[name]) : undefined));
      rates.begin(now());
      const errorRates = perError((name) => {
        const rate = rates.perSecond(name, errors[name]);
        return rate === undefined ? undefined : rate * 60;
      });
      // Without sync the box tells zeros, or what was before.
      return {
        dsl: {
          isUp,
          down: isUp ? parseDslDirection(info, 'Downstream') : {},
          up: isUp ? parseDslDirection(info, 'Upstream') : {},
          errors,
          errorRates,
          retrains: counted?.count('LinkRetrain'),
        },
      };
    },
  };
};

/** Thousandths of a dBm; a level of exactly zero is none that was measured. */
const dbmFromThousandths = (value: number | undefined) =>
  value === undefined || value === 0 ? undefined : value / 1000;

export const fibrePollItem: PollItem = {
  intervalSeconds: 60,
  async read(box) {
    const info = await box.ask('X_AVM-DE_WANFiber1', 'GetInfo');
    return {
      fibre: info && {
        received: dbmFromThousandths(info.integer('OpticalSignalLevel')),
        transmitted: dbmFromThousandths(info.integer('TransmitOpticalLevel')),
      },
    };
  },
};

/** What a receiver can hear. */
const isSignal = (value: number | undefined) => value !== undefined && value < -20 && value > -160;

/** Only these of the answer: the rest are the card's numbers and the provider's login. */
export const mobilePollItem: PollItem = {
  intervalSeconds: 60,
  async read(box) {
    const info = await box.ask('X_AVM-DE_WANMobileConnection1', 'GetInfoEx');
    const technology = info?.text('CurrentAccessTechnology');
    const signal = [0, 1]
      .map((antenna) => info?.integer(`SignalRSRP${antenna}`))
      .map((value) => (isSignal(value) ? value : undefined));
    return { mobile: info && { technology, signal, roaming: info.flag('Roaming') } };
  },
};
