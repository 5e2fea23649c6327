/** How many turns the event loop takes until the work is done. */
export async function turnsUntil(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let isDone = false;
  const count = () => {
    turns += 1;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  try {
    await work;
  } finally {
    isDone = true;
  }
  return turns;
}
