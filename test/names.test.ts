import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';
import { proofs } from '../scripts/proof/proofs.mjs';

const src = join(import.meta.dirname, '../src');

// biome-ignore lint/suspicious/noExplicitAny: nodes of the syntax tree
type Node = any;

/** Statements at the top level of each file, and what it imports. */
const files = readdirSync(src, { encoding: 'utf8', recursive: true })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => {
    const text = readFileSync(join(src, path), 'utf8');
    const { program, module } = parseSync(path, text);
    const statements: Node[] = program.body;
    return {
      path,
      lines: text.trimEnd().split('\n').length,
      declarations: statements.map((node) => node.declaration ?? node),
      exported: statements.flatMap((node) => (node.type === 'ExportNamedDeclaration' ? (node.declaration ?? []) : [])),
      imports: [
        ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
        ...module.staticExports.flatMap(({ entries }) => entries.flatMap((entry) => entry.moduleRequest?.value ?? [])),
        ...module.dynamicImports.map(({ moduleRequest }) => text.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
      ].map((target) => relative(src, join(src, path, '..', target))),
    };
  });

const namesOf = (declaration: Node): string[] =>
  declaration.declarations?.map(({ id }: Node) => id.name) ?? [declaration.id?.name ?? []].flat();

test('no two files export the same name', () => {
  const places = new Map<string, Set<string>>();
  for (const { path, exported } of files)
    for (const name of exported.flatMap(namesOf)) places.set(name, (places.get(name) ?? new Set()).add(path));
  expect([...places].filter(([, paths]) => paths.size > 1)).toEqual([]);
});

test('the name of an error ends with Error', () => {
  const errors = files
    .flatMap(({ declarations }) => declarations)
    .filter(({ type, superClass }) => type === 'ClassDeclaration' && superClass?.name?.endsWith('Error'));
  expect(errors.length).toBeGreaterThan(5);
  expect(errors.flatMap(namesOf).filter((name) => !name.endsWith('Error'))).toEqual([]);
});

/** A number, or a product or power of numbers and earlier constants. */
function numberOf(node: Node, constants: ReadonlyMap<string, number>): number | undefined {
  if (node?.type === 'Literal') return typeof node.value === 'number' ? node.value : undefined;
  if (node?.type === 'Identifier') return constants.get(node.name);
  if (node?.type !== 'BinaryExpression' || !['*', '**'].includes(node.operator)) return undefined;
  const [left, right] = [numberOf(node.left, constants), numberOf(node.right, constants)];
  if (left === undefined || right === undefined) return undefined;
  return node.operator === '*' ? left * right : left ** right;
}

const timeWord = /timeout|interval|delay|pause|wait|grace|tolerance|lifetime|skew|settle|heartbeat|period/i;
const unit = /(Ms|Seconds|Minutes|Hours|Days|Years|Bytes|byte|PerSecond)$/;
/** What else numbers of 1,000 and more count; no time and no size. */
const counted = /(Port|Length|Range|Readings|Series)$/;

test('a constant that is a time or a size has its unit in its name', () => {
  const bare = files.flatMap(({ path, declarations }) => {
    const constants = new Map<string, number>();
    for (const { id, init } of declarations.flatMap(({ kind, declarations }) =>
      kind === 'const' ? declarations : [],
    )) {
      const value = numberOf(init, constants);
      if (value !== undefined) constants.set(id.name, value);
    }
    return [...constants]
      .filter(([name, value]) => (value >= 1000 && !counted.test(name)) || timeWord.test(name))
      .flatMap(([name]) => (unit.test(name) ? [] : `${path}: ${name}`));
  });
  expect(bare).toEqual([]);
});

/** Files below 15 lines with one user that stand for themselves, with the reason. */
const smallFiles: [RegExp, string][] = [
  [
    /^collectors\/[^/]+\/(settings|problems)\.ts$/,
    'each collector has its settings and its problems in files of these names',
  ],
];

test('a file below 15 lines has more than one user', () => {
  const small = files
    .filter(({ path, lines }) => lines < 15 && files.filter(({ imports }) => imports.includes(path)).length === 1)
    .map(({ path }) => path);
  expect(small.filter((path) => !smallFiles.some(([pattern]) => pattern.test(path)))).toEqual([]);
  for (const [pattern] of smallFiles) expect(small.some((path) => pattern.test(path))).toBe(true);
});

test('the code that a proof holds is there', () => {
  const paths = Object.values(proofs)
    .flatMap(({ holds }) => holds)
    .filter((path) => !path.includes('*'));
  expect(paths.filter((path) => !existsSync(join(src, '..', path)))).toEqual([]);
});

test('the tests and proofs that test/README.md names are there', () => {
  const text = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const [, section = ''] = /^## Faults that are injected\n(.*?)^## /ms.exec(text) ?? [];
  const cells = [...section.matchAll(/^\| .* \| (.*) \|$/gm)].flatMap(([, cell = '']) => cell.split(', '));
  const named = cells.flatMap((cell) => [...cell.matchAll(/(proof )?`(.+?)`/g)]);
  expect(named.length).toBeGreaterThan(50);
  const missing = named.filter(([, proof, name = '']) =>
    proof === undefined ? !existsSync(join(import.meta.dirname, `${name}.test.ts`)) : !Object.hasOwn(proofs, name),
  );
  expect(missing.map(([text]) => text)).toEqual([]);
});
