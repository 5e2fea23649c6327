import { Rates } from '../../../../lib/rates.ts';
import type { Values } from '../../soap/values.ts';
import type { Direction, DslErrors } from '../reading.ts';
import type { Subject } from '../subject.ts';

/** No line has a rate of nothing, and boxes without a measurement say zero. */
const positive = (value: number | undefined) => (value === 0 ? undefined : value);

export const link: Subject = {
  every: 60,
  async read(box) {
    const told = await box.ask('WANCommonInterfaceConfig1', 'GetCommonLinkProperties');
    const status = told?.text('PhysicalLinkStatus');
    return {
      link: told && {
        access: told.text('WANAccessType'),
        isUp: status === undefined ? undefined : status === 'Up',
        rates: { down: positive(told.count('Layer1DownstreamMaxBitRate')), up: positive(told.count('Layer1UpstreamMaxBitRate')) },
      },
    };
  },
};

const tenths = (value: number | undefined) => (value === undefined ? undefined : value / 10);

/** Rates are in kbit/s, the rest in tenths of a dB. */
const direction = (told: Values, name: 'Downstream' | 'Upstream'): Direction => ({
  rate: positive(told.count(`${name}CurrRate`)),
  attainable: positive(told.count(`${name}MaxRate`)),
  noiseMargin: tenths(told.integer(`${name}NoiseMargin`)),
  attenuation: tenths(told.integer(`${name}Attenuation`)),
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
const perError = (of: (name: keyof typeof counters) => number | undefined): DslErrors => Object.fromEntries(errorNames.map((name) => [name, of(name)]));

/** Cable and fibre boxes list the service too, and know no action of it. */
export const dsl = (now: () => { wall: number; monotonic: number }): Subject => {
  const rates = new Rates();
  return {
    every: 60,
    async read(box) {
      const told = await box.ask('WANDSLInterfaceConfig1', 'GetInfo');
      const status = told?.text('Status');
      if (told === undefined || status === undefined) return { dsl: undefined };
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
        dsl: { isUp, down: isUp ? direction(told, 'Downstream') : {}, up: isUp ? direction(told, 'Upstream') : {}, errors, errorRates, retrains: counted?.count('LinkRetrain') },
      };
    },
  };
};

/** Thousandths of a dBm; a level of exactly zero is none that was measured. */
const dBm = (value: number | undefined) => (value === undefined || value === 0 ? undefined : value / 1000);

export const fibre: Subject = {
  every: 60,
  async read(box) {
    const told = await box.ask('X_AVM-DE_WANFiber1', 'GetInfo');
    return { fibre: told && { received: dBm(told.integer('OpticalSignalLevel')), transmitted: dBm(told.integer('TransmitOpticalLevel')) } };
  },
};

/** What a receiver can hear. */
const isSignal = (value: number | undefined) => value !== undefined && value < -20 && value > -160;

/** Only these of the answer: the rest are the card's numbers and the provider's login. */
export const mobile: Subject = {
  every: 60,
  async read(box) {
    const told = await box.ask('X_AVM-DE_WANMobileConnection1', 'GetInfoEx');
    const technology = told?.text('CurrentAccessTechnology');
    const signal = [0, 1].map((antenna) => told?.integer(`SignalRSRP${antenna}`)).map((value) => (isSignal(value) ? value : undefined));
    return { mobile: told && { technology, signal, roaming: told.flag('Roaming') } };
  },
};
