import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { inputReference } from '../../../scripts/generate/blueprint-inputs.ts';
import { toYaml, type YamlValue } from '../../../src/views/home-assistant/yaml.ts';

// Home Assistant reads YAML 1.1.
const read = (text: string): unknown => parse(text, { version: '1.1', maxAliasCount: 0 });

test('values survive writing and reading', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'on',
        'No',
        'null',
        '12:30',
        'a: b',
        'a:',
        '- a',
        'two\nlines',
        'two\u2028lines',
        'a\n\x7f\u0085b',
        'two\n\n  lines\n',
        '\n a',
        'a \nb',
        ' \n',
        '#',
        'a #b',
        '<<',
        '=',
        '1e3',
        '0x1F',
        '{{ a }}',
        '!input x',
        '~',
        '',
      ),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree')),
      fc.dictionary(fc.stringMatching(/^[a-z_ :]{1,8}$/), tie('tree')),
    ),
  }));
  fc.assert(
    fc.property(tree, (value) => {
      expect(read(toYaml(value as YamlValue))).toEqual(value);
    }),
    // Some trees are big: a hundred take a second and a half of a processor.
    { numRuns: 50 },
  );
}, 60_000);

test('block style with plain texts where possible', () => {
  const value = {
    triggers: [{ trigger: 'state', entity_id: inputReference('subjects'), to: null, for: undefined }],
    state: 'on',
    text: 'a\nb',
    none: [],
    icon: 'mdi:bell',
    name: 'a: b',
  };
  expect(toYaml(value)).toMatchInlineSnapshot(`
    "triggers:
      - trigger: state
        entity_id: !input subjects
        to: null
    state: "on"
    text: |-
      a
      b
    none: []
    icon: mdi:bell
    name: "a: b"
    "
  `);
});

test('a lone surrogate becomes a replacement character', () => {
  expect(read(toYaml({ 'a\ud83d': 'b\ude00c', whole: '\u{1f600}' }))).toEqual({
    'a\ufffd': 'b\ufffdc',
    whole: '\u{1f600}',
  });
});

test('a shared value is written once for each member', () => {
  const shared = { color: 'red' };
  expect(toYaml([shared, shared])).toBe('- color: red\n- color: red\n');
});
