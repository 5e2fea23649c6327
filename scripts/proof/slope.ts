/** Of so many blocks the lowest values are taken: what leaks raises these too, and what comes and goes does not. */
const blockCount = 12;
/** The two-sided 95 % quantile of Student's t for blockCount - 2 degrees of freedom:
 * https://www.itl.nist.gov/div898/handbook/eda/section3/eda3672.htm */
const quantile = 2.228;

export interface Slope {
  perHour: number;
  /** Half of the 95 % confidence interval. */
  margin: number;
}

/** How a series grows, by a straight line through the lowest values of its blocks. */
export function slopeOf(samples: readonly { hours: number; value: number }[]): Slope {
  if (samples.length < 2 * blockCount) throw new Error(`${samples.length} samples are too few for a slope`);
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const blocks = Array.from({ length: blockCount }, (_, index) => {
    const at = (block: number) => Math.floor((samples.length * block) / blockCount);
    const block = samples.slice(at(index), at(index + 1));
    return { x: mean(block.map(({ hours }) => hours)), y: Math.min(...block.map(({ value }) => value)) };
  });
  const [x, y] = [mean(blocks.map((block) => block.x)), mean(blocks.map((block) => block.y))];
  const spread = blocks.reduce((sum, block) => sum + (block.x - x) ** 2, 0);
  const perHour = blocks.reduce((sum, block) => sum + (block.x - x) * (block.y - y), 0) / spread;
  const residual = blocks.reduce((sum, block) => sum + (block.y - y - perHour * (block.x - x)) ** 2, 0);
  const margin = quantile * Math.sqrt(residual / (blockCount - 2) / spread);
  return { perHour, margin };
}
