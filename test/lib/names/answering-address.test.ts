import { expect, test } from 'vitest';
import { AddressResolver } from '../../../src/lib/names/address-resolver.ts';
import { AnsweringAddressFinder, firstAddressToAnswer } from '../../../src/lib/names/answering-address.ts';
import { stopClock } from '../../helpers/clock.ts';

const never = new AbortController().signal;
const silent = (signal: AbortSignal) =>
  new Promise<boolean>((resolve) => void signal.addEventListener('abort', () => resolve(false), { once: true }));

test('beside an address that is silent the next one is tried after a quarter of a second', async () => {
  const clock = stopClock();
  const tried: string[] = [];
  const found = firstAddressToAnswer(
    ['2001:db8::1', '192.0.2.1'],
    (address, signal) => {
      tried.push(address);
      return address === '192.0.2.1' ? Promise.resolve(true) : silent(signal);
    },
    never,
  );
  await clock.waits(0.25);
  expect(tried).toEqual(['2001:db8::1']);
  clock.turn(0.25);
  expect(await found).toBe('192.0.2.1');
});

test('after an address that refuses the next one is tried at once', async () => {
  stopClock();
  expect(
    await firstAddressToAnswer(['2001:db8::1', '192.0.2.1'], async (address) => address === '192.0.2.1', never),
  ).toBe('192.0.2.1');
  const failing = async (address: string) => {
    if (address !== '192.0.2.1') throw new Error('no route');
    return true;
  };
  expect(await firstAddressToAnswer(['2001:db8::1', '192.0.2.1'], failing, never)).toBe('192.0.2.1');
});

test('a slow address still wins if no other answers', async () => {
  const clock = stopClock();
  let answer = (_: boolean) => {};
  const slow = new Promise<boolean>((resolve) => {
    answer = resolve;
  });
  const found = firstAddressToAnswer(
    ['192.0.2.1', '192.0.2.2'],
    (address, signal) => (address === '192.0.2.1' ? slow : silent(signal)),
    never,
  );
  await clock.waits(0.25);
  clock.turn(0.25);
  await clock.waits(0.25);
  answer(true);
  expect(await found).toBe('192.0.2.1');
});

test('no address answers', async () => {
  expect(await firstAddressToAnswer(['192.0.2.1', '192.0.2.2'], async () => false, never)).toBe(undefined);
  expect(await firstAddressToAnswer([], async () => true, never)).toBe(undefined);
});

/** A name with addresses that the test can change, and hosts at some of them. */
function named(addresses: string[], alive: string[]) {
  const world = { addresses, alive, lookups: 0, knocks: 0 };
  const resolver = new AddressResolver(async () => {
    world.lookups += 1;
    return world.addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  });
  const address = new AnsweringAddressFinder('app.lan', resolver, async (one) => {
    world.knocks += 1;
    return world.alive.includes(one);
  });
  return { world, address, resolver };
}

test('the address that answers is kept, and comes first for connections too', async () => {
  const { world, address, resolver } = named(['2001:db8::1', '192.0.2.1', '192.0.2.2'], ['192.0.2.2']);
  await resolver.resolve('app.lan');
  expect(await Promise.all([address.find(), address.find()])).toEqual(['192.0.2.2', '192.0.2.2']);
  expect(world.knocks).toBe(3);
  expect(await address.find()).toBe('192.0.2.2');
  expect(world).toMatchObject({ knocks: 3, lookups: 1 });
  expect(await address.lookUp('app.lan')).toEqual([
    { address: '192.0.2.2', family: 4 },
    { address: '2001:db8::1', family: 6 },
    { address: '192.0.2.1', family: 4 },
  ]);
});

test('an only address is not knocked at', async () => {
  const { world, address } = named(['192.0.2.1'], []);
  expect(await address.find()).toBe('192.0.2.1');
  expect(world.knocks).toBe(0);
});

test('at the first silence a name is looked up anew, and while it lasts every ten seconds', async () => {
  const { turn } = stopClock();
  const { world, address } = named(['192.0.2.1'], ['192.0.2.1']);
  expect(await address.find()).toBe('192.0.2.1');
  Object.assign(world, { addresses: ['192.0.2.9'], alive: [] });
  expect(await address.findOther('192.0.2.1')).toBe(undefined);
  expect(world.lookups).toBe(2);
  await address.findOther('192.0.2.1');
  expect(world.lookups).toBe(2);
  turn(10);
  world.alive = ['192.0.2.9'];
  expect(await address.findOther('192.0.2.1')).toBe('192.0.2.9');
  expect(world.lookups).toBe(3);
  expect(await address.find()).toBe('192.0.2.9');
});

test('an expired address is used until the new one is there', async () => {
  const { turn } = stopClock();
  const { world, resolver } = named(['192.0.2.1'], []);
  expect(resolver.known('app.lan')).toEqual([]);
  expect(await resolver.resolve('app.lan')).toEqual(['192.0.2.1']);
  world.addresses = ['192.0.2.2'];
  turn(119);
  expect(await resolver.resolve('app.lan')).toEqual(['192.0.2.1']);
  turn(1);
  expect(await resolver.resolve('app.lan')).toEqual(['192.0.2.1']);
  expect(await resolver.resolve('app.lan')).toEqual(['192.0.2.2']);
  expect(world.lookups).toBe(2);
});

test('the families alternate', async () => {
  const { resolver } = named(['2001:db8::1', '2001:db8::2', '2001:db8::3', '192.0.2.1', '192.0.2.2'], []);
  expect(await resolver.resolve('app.lan')).toEqual([
    '2001:db8::1',
    '192.0.2.1',
    '2001:db8::2',
    '192.0.2.2',
    '2001:db8::3',
  ]);
  const { resolver: other } = named(['192.0.2.1', '2001:db8::1', '2001:db8::2'], []);
  expect(await other.resolve('app.lan')).toEqual(['192.0.2.1', '2001:db8::1', '2001:db8::2']);
});

test('a literal address is never looked up', async () => {
  const { world, resolver } = named([], []);
  expect(await resolver.resolve('fe80::1%eth0')).toEqual(['fe80::1%eth0']);
  expect(await resolver.renew('192.0.2.7')).toEqual(['192.0.2.7']);
  expect(resolver.known('192.0.2.7')).toEqual(['192.0.2.7']);
  expect(world.lookups).toBe(0);
});

test('a resolver that is silent ends the wait for a new name, and holds up no known one', async () => {
  const { turn } = stopClock();
  let isSilent = false;
  const resolver = new AddressResolver(() =>
    isSilent ? new Promise(() => undefined) : Promise.resolve([{ address: '192.0.2.1', family: 4 }]),
  );
  expect(await resolver.resolve('known.lan')).toEqual(['192.0.2.1']);
  isSilent = true;
  turn(10_000);
  expect(await resolver.resolve('known.lan')).toEqual(['192.0.2.1']);
  await expect(resolver.resolve('new.lan')).rejects.toThrow('cannot resolve new.lan: DNS: no answer in 3 s');
});
