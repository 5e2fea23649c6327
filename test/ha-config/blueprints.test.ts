import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const folder = join(import.meta.dirname, '../../ha-config/blueprints/automation');
const files = readdirSync(join(folder, 'infra_monitor')).sort();

type Node = string | number | boolean | null | Node[] | { [key: string]: Node };

const input = { tag: '!input', resolve: (name: string) => `!input ${name}` };
const read = (language: string, file: string): Node =>
  parse(readFileSync(join(folder, language, file), 'utf8'), { customTags: [input] });

/** Texts that differ, as pairs, by their paths; everything else that differs is an error. */
function differentTexts(path: string, one: Node, other: Node): { path: string; english: string; german: string }[] {
  if (typeof one === 'string' && typeof other === 'string')
    return one === other ? [] : [{ path, english: one, german: other }];
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) {
    expect(other, path).toBe(one);
    return [];
  }
  expect(Object.keys(other), path).toEqual(Object.keys(one));
  return Object.entries(one).flatMap(([key, value]) =>
    differentTexts(`${path}/${key}`, value, (other as Record<string, Node>)[key] ?? null),
  );
}

/** Words of a text, without Jinja's statements. */
const words = (text: string) => text.replaceAll(/\{%.*?%\}|\{\{.*?\}\}/gs, ' ');

test('every blueprint has a German twin', () => {
  expect(readdirSync(join(folder, 'infra_monitor_de')).sort()).toEqual(files);
});

describe('a German blueprint differs in what people read only, and has no English there', () => {
  test.each(files)('%s', (file) => {
    const different = differentTexts('', read('infra_monitor', file), read('infra_monitor_de', file));
    const isTemplate = /\/variables\/(result|title|message)$/;
    const isText = /\/(name|description|label|title)$/;
    expect(different.filter(({ path }) => !isTemplate.test(path) && !isText.test(path))).toEqual([]);
    expect(different.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/blueprint/name', '/blueprint/description', '/blueprint/input/telling/name']),
    );
    for (const { german } of different)
      expect(words(german)).not.toMatch(/\b(the|of|and|is|since|still|longer|over|lasted|restarted|has|with)\b/i);
  });
});
