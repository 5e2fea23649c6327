import { expect, test } from 'vitest';
import { AddressResolver } from '../../../src/lib/names/address-resolver.ts';

test('the unspecified address, with which filters answer, is none', async () => {
  const filtered = new AddressResolver(async () => [
    { address: '0.0.0.0', family: 4 },
    { address: '::', family: 6 },
  ]);
  await expect(filtered.resolve('blocked.lan')).rejects.toThrow(
    'cannot resolve blocked.lan: DNS has no address for it',
  );
  const half = new AddressResolver(async () => [
    { address: '::', family: 6 },
    { address: '192.0.2.1', family: 4 },
  ]);
  expect(await half.resolve('half.lan')).toEqual(['192.0.2.1']);
});
