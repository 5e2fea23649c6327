import { expect, test } from 'vitest';
import { negotiateExpositionFormat } from '../../src/http/prometheus-handler.ts';

const prometheus2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const prometheus3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1';

test.each([
  ['openmetrics', prometheus2],
  ['openmetrics', prometheus3],
  ['openmetrics', 'APPLICATION/OpenMetrics-Text'],
  ['prometheus', ''],
  ['prometheus', '*/*'],
  ['prometheus', 'text/html,application/xhtml+xml,*/*;q=0.8'],
  ['prometheus', 'text/plain;version=0.0.4, application/openmetrics-text;q=0.5'],
  ['prometheus', 'application/openmetrics-text;q=0'],
  ['prometheus', 'application/openmetrics-text;q=nonsense'],
])('%s for Accept: %s', (format, accept) => expect(negotiateExpositionFormat(accept)).toBe(format));
