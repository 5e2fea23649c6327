import { expect, test } from 'vitest';
import { readOutlets } from '../helpers/outlets.ts';
import { agent } from '../helpers/sample-collector.ts';
import { situations, stateAfter } from '../helpers/situations/index.ts';

test.each(Object.entries(situations))('every outlet says the same: %s', async (_, situation) => {
  const { readings, wrong, explained = [], untold = [] } = situation;
  const { page, health, topic, once, labPage, messages } = await readOutlets(agent, stateAfter(readings));
  const expected = { own: wrong, explained: explained.toSorted() };
  for (const list of [page, health, topic, once])
    expect({ own: list.own, explained: list.explained.toSorted() }).toEqual(expected);
  expect(labPage).toEqual(wrong);
  expect(messages.map(({ text }) => text)).toEqual(wrong.filter((text) => !untold.includes(text)));
  expect(messages.flatMap(({ affected }) => affected).sort()).toEqual(expected.explained);
});
