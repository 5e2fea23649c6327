/** The drive itself answered that it does not do this: nothing is broken and no right is missing. */
export class Refusal extends Error {}
