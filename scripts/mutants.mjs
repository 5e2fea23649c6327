// Small faults that can be put into a line of code (mutation testing).
import { parseSync, visitorKeys } from 'oxc-parser';

const swappedOperators = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '%': '*',
  '**': '*',
  '&': '|',
  '|': '&',
  '<<': '>>',
  '>>>': '<<',
  '&&': '||',
  '||': '&&',
  '??': '&&',
  '+=': '-=',
  '-=': '+=',
  '||=': '&&=',
  '&&=': '||=',
  '??=': '=',
};

/** A small number is off by one; a large one, which may be in the wrong unit, becomes a thousandth. */
const mutateNumber = (value) => (Math.abs(value) < 100 ? value + 1 : value / 1000);
/** Tests do not compare texts for people literally. */
const isText = (words) => /\s/.test(words);
const isType = ({ type }) =>
  /^TS(?!AsExpression|SatisfiesExpression|NonNullExpression)/.test(type) || type === 'ImportDeclaration';

/** The possible replacements of a node: `[start, end, text, description]`. */
function* replacements(node, parent, source) {
  const text = (part) => source.slice(part.start, part.end);
  const whole = (replacement, what) => [node.start, node.end, replacement, what];
  switch (node.type) {
    case 'BinaryExpression':
    case 'LogicalExpression':
    case 'AssignmentExpression': {
      const other = swappedOperators[node.operator];
      // A comment between the operands may contain the operator as well.
      const at = source.indexOf(node.operator, node.left.end);
      if (other !== undefined) yield [at, at + node.operator.length, other, `${node.operator} is ${other}`];
      break;
    }
    case 'UpdateExpression':
      yield whole(
        text(node).replace(/\+\+|--/, (operator) => (operator === '++' ? '--' : '++')),
        'counts the other way',
      );
      break;
    case 'UnaryExpression':
      if (node.operator === '!' || node.operator === '-') yield whole(text(node.argument), `no ${node.operator}`);
      break;
    case 'IfStatement':
    case 'ConditionalExpression':
      yield [node.test.start, node.test.end, 'true', 'the condition is true'];
      yield [node.test.start, node.test.end, 'false', 'the condition is false'];
      break;
    case 'WhileStatement':
    case 'DoWhileStatement':
      yield [node.test.start, node.test.end, 'false', 'the condition is false'];
      break;
    case 'ExpressionStatement':
      if (!/^(this\.#)?log\.debug\(/.test(text(node))) yield whole(';', 'the statement is gone');
      break;
    case 'ThrowStatement':
      yield whole(';', 'the statement is gone');
      break;
    case 'ReturnStatement':
      if (node.argument !== null && text(node.argument) !== 'undefined')
        yield whole('return undefined;', 'returns undefined');
      break;
    case 'ArrowFunctionExpression':
      if (node.body.type !== 'BlockStatement' && text(node.body) !== 'undefined')
        yield [node.body.start, node.body.end, 'undefined', 'returns undefined'];
      break;
    case 'MemberExpression':
    case 'CallExpression':
      if (node.optional) {
        const at = source.indexOf('?.', (node.object ?? node.callee).end);
        yield [at, at + 2, source[at + 2] === '[' || source[at + 2] === '(' ? '' : '.', 'no ?'];
      }
      break;
    case 'ArrayExpression':
      if (node.elements.length > 0) yield whole('[]', 'an empty array');
      break;
    case 'TemplateLiteral':
      if (!node.quasis.some(({ value }) => isText(value.raw))) yield whole('``', 'an empty string');
      break;
    case 'Literal':
      if (typeof node.value === 'number')
        yield whole(String(mutateNumber(node.value)), `${node.raw} is ${mutateNumber(node.value)}`);
      else if (typeof node.value === 'bigint') yield whole(`${node.value + 1n}n`, `${node.raw} is ${node.value + 1n}n`);
      else if (typeof node.value === 'boolean') yield whole(String(!node.value), `${node.value} is ${!node.value}`);
      else if (typeof node.value === 'string' && node.value !== '' && !isText(node.value) && parent?.key !== node)
        yield whole("''", 'an empty string');
      break;
  }
}

function* walk(node, parent, source) {
  if (isType(node)) return;
  yield* replacements(node, parent, source);
  for (const key of visitorKeys[node.type] ?? []) {
    for (const child of [node[key]].flat()) if (child) yield* walk(child, node, source);
  }
}

/** All mutants of a file: its mutated source, and where and how it was changed. */
export function mutantsOf(file, source) {
  const { program } = parseSync(file, source);
  return [...walk(program, undefined, source)].flatMap(([start, end, text, what]) => {
    const mutated = source.slice(0, start) + text + source.slice(end);
    if (parseSync(file, mutated).errors.length > 0) return [];
    const line = source.slice(0, start).split('\n').length;
    return [{ file, mutated, line, what, code: source.split('\n')[line - 1].trim() }];
  });
}

/** The modules that a file imports at run time, without type imports. */
export function importsOf(file, source) {
  const { staticImports, staticExports, dynamicImports } = parseSync(file, source).module;
  const isUsed = ({ entries }) => entries.length === 0 || entries.some(({ isType }) => !isType);
  return [
    ...staticImports.filter(isUsed).map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports.flatMap(({ entries }) =>
      entries.flatMap(({ moduleRequest, isType }) => (moduleRequest && !isType ? [moduleRequest.value] : [])),
    ),
    ...dynamicImports.map(({ moduleRequest }) => source.slice(moduleRequest.start + 1, moduleRequest.end - 1)),
  ];
}
