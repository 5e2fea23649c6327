import { writeFileSync } from 'node:fs';

/** The options that the proof was started with. */
export const options: Readonly<Record<string, number>> = JSON.parse(process.env.PROOF_OPTIONS ?? '{}');

const began = performance.now();

/** Prints how far the proof is. */
export const progress = (text: string): void =>
  console.log(`${((performance.now() - began) / 1000).toFixed(0).padStart(6)} s  ${text}`);

/** What the proof found, in one line, for its row in docs/proof.md. */
export const recordFigure = (figure: string): void => {
  if (process.env.PROOF_FIGURE !== undefined) writeFileSync(process.env.PROOF_FIGURE, figure);
};
