import {
  type ExpositionFormat,
  expositionContentTypes,
  type MetricFamily,
  renderExposition,
} from '../views/prometheus-text.ts';
import type { RouteHandler } from './route.ts';

/** The quality value of a media type in an Accept header, from 0 to 1 (RFC 9110, section 12.5.1); 0 if it is not
 * listed. */
function quality(accept: string, type: string): number {
  const ranges = accept.split(',').map((range) => range.split(';').map((part) => part.trim().toLowerCase()));
  const qualities = ranges
    .filter(([name]) => name === type)
    .map(([, ...parameters]) => Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1));
  return Math.max(0, ...qualities.filter((value) => value <= 1));
}

/** OpenMetrics if the client accepts it and does not prefer the older format. */
export function negotiateExpositionFormat(accept: string): ExpositionFormat {
  const openmetrics = quality(accept, 'application/openmetrics-text');
  return openmetrics > 0 && openmetrics >= quality(accept, 'text/plain') ? 'openmetrics' : 'prometheus';
}

export const createPrometheusHandler =
  (families: () => readonly MetricFamily[]): RouteHandler =>
  ({ headers }) => {
    const format = negotiateExpositionFormat(headers.accept ?? '');
    return {
      status: 200,
      headers: { 'content-type': expositionContentTypes[format], vary: 'Accept' },
      body: renderExposition(families(), format),
    };
  };
