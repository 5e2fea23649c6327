/** The members of an object that are not undefined, in their order. */
export const definedMembers = <T extends object>(
  object: T | undefined,
): { [Key in keyof T]?: Exclude<T[Key], undefined> } =>
  Object.fromEntries(Object.entries(object ?? {}).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
