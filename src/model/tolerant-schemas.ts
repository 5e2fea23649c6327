import * as z from 'zod/mini';

/** A field that is undefined where it is absent or has another form: an odd field costs that field. */
export const optionalField = <Field extends z.ZodMiniType>(field: Field) => z.catch(z.optional(field), undefined);

/** The items of a list that have this form, up to a number of them; none of what is no list. */
export const validItems = <Item extends z.ZodMiniType>(item: Item, maxCount = Number.POSITIVE_INFINITY) =>
  z.pipe(
    z.catch(z.array(z.unknown()), []),
    z.transform((values): z.output<Item>[] => {
      const items: z.output<Item>[] = [];
      for (const value of values) {
        if (items.length >= maxCount) break;
        const { success, data } = z.safeParse(item, value);
        if (success) items.push(data);
      }
      return items;
    }),
  );

/** The members of a record whose values have this form; none of what is no record. */
export const validMembers = <Value extends z.ZodMiniType>(value: Value) =>
  z.pipe(
    z.catch(z.record(z.string(), z.unknown()), {}),
    z.transform((members): Record<string, z.output<Value>> => {
      const valid: [string, z.output<Value>][] = [];
      for (const [key, member] of Object.entries(members)) {
        const { success, data } = z.safeParse(value, member);
        if (success) valid.push([key, data]);
      }
      return Object.fromEntries(valid);
    }),
  );
