import { expect, test } from 'vitest';
import { DirectoryOfTopics, problem, problemList } from '../helpers/agent-directory.ts';

const problemsOf = (directory: DirectoryOfTopics) => directory.agents[0]?.problems?.list ?? [];

test('a problem keeps when it was first seen for as long as the list has it', () => {
  const directory = new DirectoryOfTopics([
    ['pi/status', 'online'],
    ['pi/problems', problemList(problem('host/pi/a'))],
  ]);
  const [first] = problemsOf(directory);
  directory.say('pi/problems', problemList(problem('nvme/s1/b'), problem('host/pi/a', { text: 'is worse' })));
  expect(problemsOf(directory).map(({ text, firstSeen }) => [text, firstSeen === first?.firstSeen])).toEqual([
    ['is wrong', false],
    ['is worse', true],
  ]);
  directory.say('pi/problems', problemList());
  directory.say('pi/problems', problemList(problem('host/pi/a')));
  expect(problemsOf(directory)[0]?.firstSeen).not.toBe(first?.firstSeen);
});

test.each([
  ['device', 'nvme/s1/spare', { collector: 'nvme', device: 's1' }],
  ['part', 'host/pi/filesystem_root/full', { collector: 'host', device: 'pi' }],
  ['collector', 'nvme/unreadable', undefined],
  ['collector', 'nvme/complaint_a/b', undefined],
  ['broker', 'broker', undefined],
] as const)('the device of a problem of a %s: %s', (place, id, device) => {
  const directory = new DirectoryOfTopics([
    ['pi/status', 'online'],
    ['pi/problems', problemList(problem(id, { place }))],
  ]);
  expect(problemsOf(directory)[0]?.device).toEqual(device);
});

test.each(['no json', '3', '[]', 'null', `{"level":${'['.repeat(9)}${']'.repeat(9)}}`, '', `"${'x'.repeat(300_000)}"`])(
  'a state of %.20s has no values',
  (payload) => {
    const directory = new DirectoryOfTopics([
      ['pi/status', 'online'],
      ['pi/host/pi/availability', 'online'],
      ['pi/host/pi', payload],
    ]);
    expect(directory.agents[0]?.devices[0]?.values ?? {}).toEqual({});
  },
);

test('what is said of a part says nothing of its device', () => {
  const directory = new DirectoryOfTopics([
    ['pi/status', 'online'],
    ['pi/host/pi', '{"cpu":3}'],
    ['pi/host/pi/availability', 'online'],
    ['pi/host/pi/filesystem_root', '{"used":1}'],
    ['pi/host/pi/filesystem_root/availability', 'offline'],
  ]);
  expect(directory.agents[0]?.devices).toEqual([
    { address: { collector: 'host', device: 'pi' }, values: { cpu: 3 }, isAvailable: true },
  ]);
});

test('without a status there is no agent, and nothing is left of one whose topics are removed', () => {
  const messages: [string, string][] = [
    ['pi/agent/pi', '{"site":"Cottage"}'],
    ['pi/agent/pi/availability', 'online'],
    ['pi/problems', problemList()],
  ];
  const directory = new DirectoryOfTopics(messages);
  expect(directory.agents).toEqual([]);
  directory.say('pi/status', 'online');
  expect(directory.agents).toMatchObject([{ id: 'pi', site: 'Cottage' }]);
  for (const [path] of messages) directory.say(path, '');
  expect(directory.agents).toEqual([{ id: 'pi', name: 'pi', isOnline: true, devices: [] }]);
  directory.say('pi/status', '');
  directory.say('bridge/Cottage/state', '1');
  expect([...directory.bridges]).toEqual([['Cottage', true]]);
  directory.say('bridge/Cottage/state', '');
  expect([...directory.bridges]).toEqual([]);
  expect(directory.agents).toEqual([]);
});

test.each<[order: string, ...messages: [path: string, payload: string][]]>([
  ['list first', ['pi/problems', problemList()], ['pi/status', 'offline']],
  ['status first', ['pi/status', 'offline'], ['pi/problems', problemList()]],
])('the list of an agent that was offline counts again once it is published anew: %s', (_, ...retained) => {
  const directory = new DirectoryOfTopics(retained);
  const [lost] = directory.agents;
  expect(lost).toMatchObject({ isOnline: false, problems: { list: [] } });
  directory.say('pi/status', 'online');
  expect(directory.agents).toEqual([{ id: 'pi', name: 'pi', isOnline: true, devices: [] }]);
  directory.say('pi/status', 'offline');
  directory.say('pi/problems', problemList());
  directory.say('pi/status', 'online');
  expect(directory.agents).toMatchObject([{ isOnline: true, problems: { list: [] } }]);
});
