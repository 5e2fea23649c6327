// What the built agent costs as a multiple of the floor, side by side:   npm run bench:floor [-- --quick] [-- --node
// PATH …] [-- --json FILE]; several versions of Node run at the same time.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { agent, floor, measureSideBySide, printRatios, ratios, spread } from './side-by-side.mjs';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    node: { type: 'string', multiple: true, default: [process.execPath] },
    json: { type: 'string' },
  },
});
const contestants = options.node.flatMap((node, index) => [
  floor({ name: `floor${index}`, node }),
  agent({ name: `agent${index}`, node }),
]);
const plan = options.quick ? { runs: 3, warmUp: 40, cycles: 6 } : { runs: 3, warmUp: 300, cycles: 12 };
const rounds = await measureSideBySide(contestants, plan);
if (options.json) writeFileSync(options.json, `${JSON.stringify({ plan, contestants, rounds }, null, 2)}\n`);
for (const [index, node] of options.node.entries()) {
  printRatios(
    `${node}: times the floor, median (least to most of ${plan.runs})`,
    ratios(rounds, 2 * index + 1, 2 * index),
  );
  console.log('the agent itself');
  for (const figure of Object.keys(rounds[0][0])) {
    const { median } = spread(rounds.map((round) => round[2 * index + 1][figure]));
    console.log(`  ${figure.padEnd(28)}${median.toFixed(1).padStart(6)}`);
  }
}
