import { expect, test } from 'vitest';
import { describeMakerAndModel } from '../../src/views/maker-and-model.ts';

test.each([
  [{ manufacturer: 'Samsung', model: '970 EVO' }, 'Samsung 970 EVO'],
  [{ manufacturer: 'Samsung', model: 'SAMSUNG MZVL2' }, 'SAMSUNG MZVL2'],
  [{ manufacturer: 'Home Lab Infra Monitor', model: 'Debian GNU/Linux 13' }, 'Debian GNU/Linux 13'],
  [{ manufacturer: 'AVM' }, 'AVM'],
  [{ model: 'FRITZ!Box' }, 'FRITZ!Box'],
  [{}, ''],
])('%j', (device, described) => expect(describeMakerAndModel(device)).toBe(described));
