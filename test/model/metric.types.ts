// Read by the compiler alone: what must not be declared is an error, or this file is one.
import type { Metric } from '../../src/model/metric.ts';

interface Reading {
  number: number;
  word: string;
}

export const right: Metric<Reading> = {
  kind: 'gauge',
  name: 'Right',
  deviceClass: 'temperature',
  unit: '°C',
  value: (r) => r.number,
};

// @ts-expect-error a gauge is a number
export const word: Metric<Reading> = { kind: 'gauge', name: 'Word', value: (r) => r.word };

export const unit: Metric<Reading> = {
  kind: 'gauge',
  name: 'Unit',
  deviceClass: 'temperature',
  // @ts-expect-error Home Assistant measures no temperature in percent
  unit: '%',
  value: (r) => r.number,
};

// @ts-expect-error a class with units wants one
export const unitless: Metric<Reading> = {
  kind: 'gauge',
  name: 'Unitless',
  deviceClass: 'data_size',
  value: (r) => r.number,
};

// @ts-expect-error icons are Material Design's
export const icon: Metric<Reading> = { kind: 'gauge', name: 'Icon', icon: 'fan', value: (r) => r.number };

// @ts-expect-error a text has no unit
export const text: Metric<Reading> = { kind: 'text', name: 'Text', unit: '%', value: (r) => r.word };

// @ts-expect-error a choice says what there is to choose
export const choice: Metric<Reading> = { kind: 'enum', name: 'Choice', value: (r) => r.word };
