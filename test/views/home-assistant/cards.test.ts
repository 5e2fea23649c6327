import { expect, test } from 'vitest';
import { germanNamesAndPageTexts } from '../../../src/cli/german-names-and-page-texts.ts';
import {
  entitiesAndTileCards,
  fullWidthGridSections,
  tileCardVariants,
} from '../../../src/views/home-assistant/cards.ts';
import {
  type DashboardLanguage,
  englishDashboard,
  stateWordsOf,
} from '../../../src/views/home-assistant/dashboard-language.ts';
import type { LabEntity } from '../../../src/views/home-assistant/lab-device.ts';

const key = { collector: 'home_assistant', table: 'instance', metric: 'state' };
const enumEntityIn = (language: DashboardLanguage, ...options: string[]): LabEntity => ({
  ...key,
  id: 'sensor.home_state',
  name: 'State',
  platform: 'sensor',
  isMeasurement: false,
  hasNumber: false,
  stateWords: stateWordsOf(language, key, options),
  diagnostic: false,
  enabled: true,
});
const enumEntity = (...options: string[]) => enumEntityIn(englishDashboard, ...options);
const looks = (entity: LabEntity) =>
  tileCardVariants(entity).map(({ name, hide_state, visibility }) => ({ name, hide_state, visibility }));

test('a state that is a key is shown in words, and every state by one tile', () => {
  const state = { condition: 'state', entity: 'sensor.home_state' };
  expect(looks(enumEntity('running', 'token_refused', 'certificate_not_yet_valid'))).toEqual([
    { name: 'State', visibility: [{ ...state, state_not: ['token_refused', 'certificate_not_yet_valid'] }] },
    { name: 'State: token refused', hide_state: true, visibility: [{ ...state, state: 'token_refused' }] },
    {
      name: 'State: certificate not yet valid',
      hide_state: true,
      visibility: [{ ...state, state: 'certificate_not_yet_valid' }],
    },
  ]);
});

test('in another language, every state is shown in a word of it', () => {
  const state = { condition: 'state', entity: 'sensor.home_state' };
  expect(looks(enumEntityIn(germanNamesAndPageTexts, 'running', 'timeout', 'invented_later'))).toEqual([
    { name: 'State', visibility: [{ ...state, state_not: ['running', 'timeout', 'invented_later'] }] },
    { name: 'State: läuft', hide_state: true, visibility: [{ ...state, state: 'running' }] },
    { name: 'State: Zeitüberschreitung', hide_state: true, visibility: [{ ...state, state: 'timeout' }] },
    { name: 'State: invented later', hide_state: true, visibility: [{ ...state, state: 'invented_later' }] },
  ]);
});

test('a tile without a neighbour has room for a long name', () => {
  const widths = (...ids: string[]) =>
    fullWidthGridSections(
      ids.flatMap((id) => tileCardVariants({ ...enumEntity('running', 'token_refused'), id })),
    ).flatMap(({ cards }) => cards.map((card) => card.grid_options));
  expect(widths('sensor.a')).toEqual([
    { columns: 12, rows: 1 },
    { columns: 12, rows: 1 },
  ]);
  expect(widths('sensor.a', 'sensor.b')).toContainEqual({ columns: 6, rows: 1 });
  expect(widths('sensor.a', 'sensor.b')).not.toContainEqual({ columns: 12, rows: 1 });
});

test('states that are words need one tile', () => {
  expect(looks(enumEntity('active', 'standby'))).toEqual([{ name: 'State' }]);
});

test('of a list, entities with states that are keys are tiles: a row would show the key', () => {
  const selfTest = { ...enumEntity('passed', 'never_run'), id: 'sensor.self_test', name: 'Self-test' };
  const cards = entitiesAndTileCards([enumEntity('active', 'standby'), selfTest]);
  expect(cards.map(({ type, name, entities }) => ({ type, name, entities }))).toEqual([
    { type: 'entities', entities: [{ entity: 'sensor.home_state', name: 'State' }] },
    { type: 'tile', name: 'Self-test' },
    { type: 'tile', name: 'Self-test: never run' },
  ]);
  expect(cards.slice(1).map(({ grid_options: size }) => size)).toEqual([
    { columns: 12, rows: 1 },
    { columns: 12, rows: 1 },
  ]);
  expect(entitiesAndTileCards([selfTest]).map(({ type }) => type)).toEqual(['tile', 'tile']);
  expect(entitiesAndTileCards([])).toEqual([]);
});

test('a sentence is a paragraph that breaks its lines, also in a list', () => {
  const reason = { ...enumEntity(), table: 'site', metric: 'worst_problem', id: 'sensor.worst', name: 'Worst {{ 1 }}' };
  const row = { ...enumEntity(), id: 'sensor.version', metric: 'version', name: 'Version' };
  const [card, ...others] = tileCardVariants(reason);
  expect(others).toEqual([]);
  expect(card).toMatchObject({
    type: 'markdown',
    content: expect.stringMatching(
      /endmacro -%}\n\n{% if has_value\("sensor.worst"\) %}\*\*{{ plain\("Worst {{ 1 }}"\) }}\*\*: {{ plain\(states\("sensor.worst"\)\) }}{% endif %}$/,
    ),
    visibility: [
      {
        condition: 'or',
        conditions: [{ condition: 'state', entity: 'sensor.worst', state_not: ['unknown', 'unavailable'] }],
      },
    ],
    grid_options: { columns: 'full' },
  });
  expect(entitiesAndTileCards([reason, row])).toEqual([
    expect.objectContaining({ type: 'entities', entities: [{ entity: 'sensor.version', name: 'Version' }] }),
    card,
  ]);
});
