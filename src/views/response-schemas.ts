import * as z from 'zod/mini';
import type { CollectorMetadata } from '../model/collector.ts';
import type { AnyMetricDeclaration } from '../model/metric.ts';
import type { AnyTableDeclaration } from '../model/table.ts';
import type { CollectorReadings } from './status.ts';

/** Schemas of fields that several responses have. */
export const timeSchema = z.iso.datetime();
export const countSchema = z.int().check(z.gte(0));
export const siteSchema = z.nullable(z.string()).check(z.describe('The location that SITE names.'));

/** Schema of the server's own responses. */
export const errorResponseSchema = z.object({
  agent: z.optional(z.string()),
  site: z.optional(siteSchema),
  error: z.string(),
  endpoints: z.optional(z.array(z.string())),
});

function valueSchema(metric: AnyMetricDeclaration): z.ZodMiniType {
  switch (metric.kind) {
    case 'gauge':
    case 'counter':
      return z.number();
    case 'boolean':
      return z.boolean();
    case 'timestamp':
      return timeSchema;
    case 'enum':
      return z.enum(metric.options as string[]);
    case 'text':
      return z.string().check(z.maxLength(255));
    case 'update':
      return z.object({ installed: z.string(), latest: z.string() });
  }
}

const measuredSchema = (metric: AnyMetricDeclaration) =>
  z.object({
    name: z.literal(metric.name),
    value: z.nullable(valueSchema(metric)),
    ...('unit' in metric && metric.unit !== undefined ? { unit: z.literal(metric.unit) } : {}),
  });

const deviceOrPartShape = (metrics: Record<string, AnyMetricDeclaration>) => ({
  id: z.string(),
  name: z.string(),
  available: z
    .boolean()
    .check(z.describe('Whether the last reading succeeded. If not, the values are those of an earlier one.')),
  error: z.optional(z.string()),
  hint: z.optional(z.string()).check(z.describe('How to make the reading complete.')),
  since: timeSchema.check(z.describe('Since when it has been available or unavailable.')),
  values: z.strictObject(
    Object.fromEntries(Object.entries(metrics).map(([key, metric]) => [key, measuredSchema(metric)])),
  ),
});

/** Schema of `/<endpoint>/status`. */
export function createCollectorReadingsSchema({ id, tables }: CollectorMetadata): z.ZodMiniType<CollectorReadings> {
  const ofKind = (kind: AnyTableDeclaration['kind']) =>
    Object.entries(tables).filter(([, table]) => table.kind === kind);
  const parts = ofKind('part').map(([kind, { metrics }]) =>
    z.strictObject({ kind: z.literal(kind), ...deviceOrPartShape(metrics) }),
  );
  const devices = ofKind('device').map(([, { metrics }]) =>
    z.strictObject({
      ...deviceOrPartShape(metrics),
      manufacturer: z.optional(z.string()),
      model: z.optional(z.string()),
      serialNumber: z.optional(z.string()),
      softwareVersion: z.optional(z.string()),
      liesOn: z
        .optional(z.array(z.string()))
        .check(
          z.describe('Ids of the devices that it is built of, also of other collectors, and of some that are gone.'),
        ),
      mounts: z
        .optional(z.array(z.string()))
        .check(z.describe('Where what lies on it, and on no other device above it, is mounted.')),
      parts: z.array(parts.length === 0 ? z.never() : z.union(parts)),
    }),
  );
  const schema = z.object({
    agent: z.string(),
    site: siteSchema,
    collector: z.literal(id),
    ok: z.boolean().check(z.describe('Whether the last reading succeeded.')),
    error: z.optional(z.string()),
    complaints: z.array(z.string()).check(z.describe('Problems that belong to no device.')),
    lastSuccess: z.nullable(timeSchema),
    devices: z.array(z.union(devices)),
  });
  return schema as unknown as z.ZodMiniType<CollectorReadings>;
}
