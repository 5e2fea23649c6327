import {
  type ExpositionFormat,
  expositionContentTypes,
  type MetricFamily,
  renderExposition,
} from '../views/prometheus-text.ts';
import type { RouteHandler } from './route.ts';

/** How much a client wants a media type, from 0 to 1 (RFC 9110, section 12.5.1); 0 for one that it does not name. */
function quality(accept: string, type: string): number {
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  const wanted = ranges
    .filter(([name]) => name === type)
    .map(([, ...parameters]) => Number(parameters.find((one) => one.startsWith('q='))?.slice(2) ?? 1));
  return Math.max(0, ...wanted.filter((one) => one <= 1));
}

/** OpenMetrics for whoever names it and does not like the older format better. */
export function negotiateExpositionFormat(accept: string): ExpositionFormat {
  const openmetrics = quality(accept, 'application/openmetrics-text');
  return openmetrics > 0 && openmetrics >= quality(accept, 'text/plain') ? 'openmetrics' : 'prometheus';
}

export const createMetricsRoute =
  (families: () => readonly MetricFamily[]): RouteHandler =>
  ({ headers }) => {
    const format = negotiateExpositionFormat(headers.accept ?? '');
    return {
      status: 200,
      headers: { 'content-type': expositionContentTypes[format], vary: 'Accept' },
      body: renderExposition(families(), format),
    };
  };
