/** Something that a user can do to a device: a button in Home Assistant. */
export interface ActionDeclaration {
  /** As metrics are named. */
  name: string;
  icon: `mdi:${string}`;
  category?: 'diagnostic' | 'config';
  /** `false`: the button waits, disabled, until the user wants it. */
  enabled?: false;
}

/** Actions under the key that stands for each in commands and ids. */
export type ActionDeclarations = Record<string, ActionDeclaration>;
