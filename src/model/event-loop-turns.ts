/** Work on many parts, which yields how many it has worked on since it last did, and returns its result. Whoever runs
 * it decides whether the event loop may do other work in between. */
export type StepwiseWork<T> = Generator<number, T, void>;

/** All of it at once. */
export function runStepsAtOnce<T>(steps: StepwiseWork<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Parts that are worked on before the event loop does other work, such as answering the broker. A part takes up to 0.2
 * ms. */
export const partsPerTurn = 50;

/** Takes steps until a turn's parts are done, or all are. */
function takeTurn<T>(steps: StepwiseWork<T>): IteratorResult<number, T> {
  let parts = 0;
  for (;;) {
    const step = steps.next();
    if (step.done) return step;
    parts += step.value;
    if (parts >= partsPerTurn) return step;
  }
}

const waiting: (() => void)[] = [];

function startNext(): void {
  if (waiting.length > 0) setImmediate(runNext);
}

/** One at a time: Node calls all immediates that are due in the same turn. */
function runNext(): void {
  try {
    waiting[0]?.();
  } finally {
    waiting.shift();
    startNext();
  }
}

/** Lets the event loop do other work after each `partsPerTurn` parts. The first turn begins at once: work on few parts
 * is done, and `done` called, when this returns. */
export function runStepsInTurns<T>(steps: StepwiseWork<T>, done: (result: T) => void): void {
  const turn = takeTurn(steps);
  if (turn.done) {
    done(turn.value);
    return;
  }
  waiting.push(() => runStepsInTurns(steps, done));
  if (waiting.length === 1) startNext();
}

/** Resolves when other work had its turn: work that waits so is done one at a time, and never twice in a turn of the
 * event loop. */
export const waitForOwnTurn = (): Promise<void> =>
  resultOfStepsInTurns(
    (function* (): StepwiseWork<void> {
      yield partsPerTurn;
    })(),
  );

/** As `runStepsInTurns`; rejects with what the work throws. */
export const resultOfStepsInTurns = <T>(steps: StepwiseWork<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    const guarded = function* (): StepwiseWork<void> {
      try {
        resolve(yield* steps);
      } catch (error) {
        reject(error);
      }
    };
    runStepsInTurns(guarded(), () => undefined);
  });
