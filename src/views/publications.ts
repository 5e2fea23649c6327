/** Payloads by their topics, all to be retained; an empty payload removes what is there. */
export type Publications = Map<string, string>;
