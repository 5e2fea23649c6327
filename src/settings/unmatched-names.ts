import type { AnyCollectorDefinition } from '../model/collector.ts';
import { slug } from '../model/naming.ts';
import { PerNameValues } from '../model/per-name-values.ts';

/** Variables that a message lists at most. */
const maxListed = 10;

/** Errors for variables such as `HA_TOKEN_BERLIN` that name nothing of this collector, with the names that there are. */
export function unmatchedNameErrors(collector: AnyCollectorDefinition, env: Record<string, unknown>): string[] {
  return (collector.namedThings?.(env) ?? []).flatMap(({ kind, settings, names }) =>
    settings.flatMap((setting) => {
      const values = env[setting];
      if (!(values instanceof PerNameValues)) return [];
      const known = names.map((name) => `${setting}_${slug(name).toUpperCase()}`);
      const listed = [...known.slice(0, maxListed), ...(known.length > maxListed ? ['…'] : [])].join(', ');
      return values
        .namesOtherThan(names)
        .map(
          (name) =>
            `${setting}_${name}: no ${kind} has this name; ${known.length === 0 ? `the settings name none: use ${setting}, or give the ${kind} this name` : `possible: ${listed}`}`,
        );
    }),
  );
}
