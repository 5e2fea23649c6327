/** Command that makes the agent forget a device that is no longer there; with the last topic level of a part behind it,
 * the part. */
export const forgetActionKey = 'forget';

/** Something that users can do to a device: a button entity in Home Assistant. */
export interface ActionDeclaration {
  /** In the form of a metric's name. */
  name: string;
  icon: `mdi:${string}`;
  category?: 'diagnostic' | 'config';
  /** `false`: disabled by default in Home Assistant. */
  enabled?: false;
}

/** Actions by their key in commands and ids. */
export type ActionDeclarations = Record<string, ActionDeclaration>;
