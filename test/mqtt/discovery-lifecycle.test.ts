import { expect, test } from 'vitest';
import { ConnectionLifecycle, HomeAssistantPresenceAndRemoval } from '../../src/mqtt/discovery-lifecycle.ts';
import { manualTimers } from '../helpers/timers.ts';

function connection() {
  const { after, pass } = manualTimers();
  const settled: number[] = [];
  const lifecycle = new ConnectionLifecycle(after, () => settled.push(settled.length));
  const seen = () => [lifecycle.phase, lifecycle.isPublishing, settled.length];
  return { lifecycle, pass, seen };
}

test('a connection: reading, ready, announced, and settled five seconds later', () => {
  const { lifecycle, pass, seen } = connection();
  expect(seen()).toEqual(['reading', false, 0]);
  lifecycle.ready();
  expect(seen()).toEqual(['ready', true, 0]);
  pass(60_000);
  expect(seen()).toEqual(['ready', true, 0]);
  lifecycle.announced();
  expect(seen()).toEqual(['announced', true, 0]);
  pass(4999);
  expect(seen()).toEqual(['announced', true, 0]);
  pass(1);
  expect(seen()).toEqual(['settled', true, 1]);
  pass(60_000);
  expect(seen()).toEqual(['settled', true, 1]);
});

test('no phase of a connection is left out or repeated', () => {
  const { lifecycle, pass, seen } = connection();
  lifecycle.announced();
  pass(5000);
  expect(seen()).toEqual(['reading', false, 0]);
  lifecycle.ready();
  lifecycle.announced();
  pass(3000);
  lifecycle.ready();
  lifecycle.announced();
  expect(seen()).toEqual(['announced', true, 0]);
  pass(2000);
  expect(seen()).toEqual(['settled', true, 1]);
  lifecycle.ready();
  lifecycle.announced();
  pass(5000);
  expect(seen()).toEqual(['settled', true, 1]);
});

test.each(['reading', 'ready', 'announced', 'settled'])('a connection that ends while it is %s', (phase) => {
  const { lifecycle, pass, seen } = connection();
  if (phase !== 'reading') lifecycle.ready();
  if (phase === 'announced' || phase === 'settled') lifecycle.announced();
  if (phase === 'settled') pass(5000);
  expect(lifecycle.phase).toBe(phase);
  lifecycle.end();
  const settled = phase === 'settled' ? 1 : 0;
  expect(seen()).toEqual(['ended', false, settled]);
  lifecycle.ready();
  lifecycle.announced();
  pass(60_000);
  expect(seen()).toEqual(['ended', false, settled]);
});

/** A machine of removal with what it does, each step with the phase in which it is done. */
function removal({ tombstones = true, random = 0 } = {}) {
  const { after, pass } = manualTimers();
  const steps: string[] = [];
  const world = { tombstones, isAnnounced: true };
  const note = (step: string) => () => void steps.push(`${step} ${machine.phase}`);
  const machine: HomeAssistantPresenceAndRemoval = new HomeAssistantPresenceAndRemoval(
    after,
    {
      hasTombstones: () => world.tombstones,
      publishAgain: note('publish again'),
      announce: note('announce'),
      isAnnounced: () => world.isAnnounced,
      present: note('present'),
    },
    () => random,
  );
  /** What was done since the last call. */
  const done = () => steps.splice(0);
  return { machine, pass, done, world };
}

test('at first Home Assistant counts as present, and components to remove are tombstones', () => {
  const { machine, pass, done } = removal();
  expect([machine.phase, machine.isHomeAssistantPresent]).toEqual(['tombstone', true]);
  pass(600_000);
  expect(done()).toEqual([]);
});

test('a birth: restored for five seconds, a tombstone for ninety, then omitted, and then nothing more', () => {
  const { machine, pass, done } = removal();
  machine.birth();
  expect([machine.phase, machine.isHomeAssistantPresent]).toEqual(['tombstone', false]);
  pass(999);
  expect(done()).toEqual([]);
  pass(1);
  expect(done()).toEqual(['publish again restore']);
  expect(machine.isHomeAssistantPresent).toBe(false);
  pass(4999);
  expect(done()).toEqual([]);
  pass(1);
  expect(done()).toEqual(['present tombstone', 'announce tombstone']);
  expect(machine.isHomeAssistantPresent).toBe(true);
  pass(89_999);
  expect(done()).toEqual([]);
  pass(1);
  expect(done()).toEqual(['announce omit']);
  expect([machine.phase, machine.isHomeAssistantPresent]).toEqual(['tombstone', true]);
  pass(600_000);
  expect(done()).toEqual([]);
});

test('a birth without anything to remove: everything is published once more, and heard five seconds later', () => {
  const { machine, pass, done } = removal({ tombstones: false });
  machine.birth();
  pass(1000);
  expect(done()).toEqual(['publish again tombstone']);
  pass(4999);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([[], false]);
  pass(1);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([['present tombstone'], true]);
  pass(600_000);
  expect(done()).toEqual([]);
});

test('the answer to a birth takes one to five seconds, by chance', () => {
  const { machine, pass, done } = removal({ random: 0.75 });
  machine.birth();
  pass(3999);
  expect(done()).toEqual([]);
  pass(1);
  expect(done()).toEqual(['publish again restore']);
});

test('no step is taken before the broker has accepted the announcements of the one before', () => {
  const { machine, pass, done, world } = removal();
  machine.birth();
  pass(1000);
  world.isAnnounced = false;
  pass(12_000);
  expect([done(), machine.phase]).toEqual([['publish again restore'], 'restore']);
  world.isAnnounced = true;
  pass(3000);
  expect(done()).toEqual(['present tombstone', 'announce tombstone']);
  world.isAnnounced = false;
  pass(100_000);
  expect(done()).toEqual([]);
  world.isAnnounced = true;
  pass(80_000);
  expect(done()).toEqual(['announce omit']);
  world.isAnnounced = false;
  world.tombstones = false;
  machine.birth();
  pass(11_000);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([['publish again tombstone'], false]);
  world.isAnnounced = true;
  pass(5000);
  expect(done()).toEqual(['present tombstone']);
});

/** Milliseconds after a birth at which the machine is in each of its states. */
const statesAfterBirth = { born: 500, restored: 3000, buried: 8000, present: 100_000 };

test.each(Object.entries(statesAfterBirth))(
  'a second birth while %s starts again from the tombstone',
  (_, milliseconds) => {
    const { machine, pass, done } = removal();
    machine.birth();
    pass(milliseconds);
    done();
    machine.birth();
    expect([machine.phase, machine.isHomeAssistantPresent]).toEqual(['tombstone', false]);
    pass(999);
    expect(done()).toEqual([]);
    pass(1);
    expect(done()).toEqual(['publish again restore']);
    pass(5000);
    expect(done()).toEqual(['present tombstone', 'announce tombstone']);
    pass(90_000);
    expect(done()).toEqual(['announce omit']);
  },
);

test.each(Object.entries(statesAfterBirth))(
  'offline while %s: nothing more until the next birth',
  (state, milliseconds) => {
    const { machine, pass, done } = removal();
    machine.birth();
    pass(milliseconds);
    done();
    machine.offline();
    // The broker must not keep a component that is to be removed.
    expect(done()).toEqual(state === 'restored' ? ['announce tombstone'] : []);
    pass(600_000);
    expect([done(), machine.phase, machine.isHomeAssistantPresent]).toEqual([[], 'tombstone', false]);
    machine.birth();
    pass(1000);
    expect(done()).toEqual(['publish again restore']);
  },
);

test('a birth that is expected: Home Assistant is away until it comes, or for two minutes', () => {
  const { machine, pass, done } = removal();
  machine.expectBirth();
  pass(119_999);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([[], false]);
  pass(1);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([['present tombstone'], true]);

  machine.expectBirth();
  pass(60_000);
  machine.birth();
  pass(1000);
  expect(done()).toEqual(['publish again restore']);
  pass(95_000);
  expect(done()).toEqual(['present tombstone', 'announce tombstone', 'announce omit']);
  pass(120_000);
  expect(done()).toEqual([]);
});

test('an expected birth is no longer expected of a Home Assistant that says that it is offline', () => {
  const { machine, pass, done } = removal();
  machine.expectBirth();
  machine.offline();
  pass(600_000);
  expect([done(), machine.isHomeAssistantPresent]).toEqual([[], false]);
});

test('a birth that has come already is not expected', () => {
  const { machine, pass, done } = removal();
  machine.birth();
  machine.expectBirth();
  pass(1000);
  expect(done()).toEqual(['publish again restore']);
});

test('after the end nothing is done', () => {
  const { machine, pass, done } = removal();
  machine.birth();
  machine.end();
  pass(600_000);
  expect(done()).toEqual([]);
});
