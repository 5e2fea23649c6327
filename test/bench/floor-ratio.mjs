// What the built agent costs as a multiple of the floor, side by side:   npm run bench:floor [-- --quick] [-- --node
// PATH] [-- --json FILE]
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { program } from './process.mjs';
import { floorProgram, measureSideBySide, printRatios, ratios, spread } from './side-by-side.mjs';

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, node: { type: 'string' }, json: { type: 'string' } },
});
const { node = process.execPath } = options;
const contestants = [
  { name: 'floor', node, program: floorProgram },
  { name: 'agent', node, program },
];
const plan = options.quick ? { runs: 3, warmUp: 40, cycles: 6 } : { runs: 3, warmUp: 300, cycles: 12 };
const rounds = await measureSideBySide(contestants, plan);
const ofFloor = ratios(rounds, 1, 0);
printRatios(`${node}: times the floor, median (least to most of ${plan.runs})`, ofFloor);
console.log('the agent itself');
for (const figure of Object.keys(rounds[0][1]))
  console.log(
    `  ${figure.padEnd(28)}${spread(rounds.map(([, agent]) => agent[figure]))
      .median.toFixed(1)
      .padStart(6)}`,
  );
if (options.json) writeFileSync(options.json, `${JSON.stringify({ plan, rounds, ratios: ofFloor }, null, 2)}\n`);
