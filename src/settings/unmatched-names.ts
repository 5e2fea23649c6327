import type { AnyCollectorDefinition } from '../model/collector.ts';
import { describeUnmatchedNames, PerNameValues } from '../model/per-name-values.ts';

/** Errors for variables such as `HA_TOKEN_BERLIN` that name nothing of this collector, with the names that there are. */
export function unmatchedNameErrors(collector: AnyCollectorDefinition, env: Record<string, unknown>): string[] {
  return (collector.namedThings?.(env) ?? []).flatMap(({ kind, settings, names }) =>
    settings.flatMap((setting) => {
      const values = env[setting];
      if (!(values instanceof PerNameValues)) return [];
      return describeUnmatchedNames(setting, kind, values, names);
    }),
  );
}
