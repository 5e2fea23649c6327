// Read by the compiler alone: what must not be declared is an error, or this file is one.
import type { MetricDeclaration } from '../../src/model/metric.ts';

interface Reading {
  number: number;
  word: string;
}

export const right: MetricDeclaration<Reading> = {
  kind: 'gauge',
  name: 'Right',
  deviceClass: 'temperature',
  unit: '°C',
  value: (r) => r.number,
};

// @ts-expect-error a gauge is a number
export const word: MetricDeclaration<Reading> = { kind: 'gauge', name: 'Word', value: (r) => r.word };

export const unit: MetricDeclaration<Reading> = {
  kind: 'gauge',
  name: 'Unit',
  deviceClass: 'temperature',
  // @ts-expect-error Home Assistant measures no temperature in percent
  unit: '%',
  value: (r) => r.number,
};

// @ts-expect-error a class with units wants one
export const unitless: MetricDeclaration<Reading> = {
  kind: 'gauge',
  name: 'Unitless',
  deviceClass: 'data_size',
  value: (r) => r.number,
};

// @ts-expect-error icons are Material Design's
export const icon: MetricDeclaration<Reading> = { kind: 'gauge', name: 'Icon', icon: 'fan', value: (r) => r.number };

// @ts-expect-error a text has no unit
export const text: MetricDeclaration<Reading> = { kind: 'text', name: 'Text', unit: '%', value: (r) => r.word };

// @ts-expect-error a choice says what there is to choose
export const choice: MetricDeclaration<Reading> = { kind: 'enum', name: 'Choice', value: (r) => r.word };
