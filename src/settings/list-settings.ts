import type * as z from 'zod/mini';
import { type SettingMeta, settingMetaRegistry } from '../model/setting.ts';
import { textOfSettingValueFormat } from '../model/setting-error-texts.ts';

/** Settings of one part of the program, below one heading. */
export interface TitledSettingsSchema {
  title: string;
  schema: z.ZodMiniObject<z.core.$ZodLooseShape>;
}

export interface ListedSetting extends Omit<SettingMeta, 'expects'> {
  name: string;
  /** A noun phrase without an article: “Integer from 0 to 65535”. */
  expects: string;
}

const capitalize = (text: string) => text.slice(0, 1).toUpperCase() + text.slice(1);

/** The settings of a group in the order in which they are declared, each with what people are told about it. */
export const listSettingsOfSchema = ({ schema }: TitledSettingsSchema): ListedSetting[] =>
  Object.entries(schema.shape).flatMap(([name, field]) => {
    const meta = settingMetaRegistry.get(field as never);
    return meta === undefined ? [] : [{ name, ...meta, expects: capitalize(textOfSettingValueFormat(meta.expects)) }];
  });
