import { SMALL } from '../../../support/operations/minute.ts';
import { ALLOW_LIST, decided, FEWER, type Incident, incident, NO_DECISIONS } from './incident.ts';

/** Nothing inside the stack shows these: no request arrives. */
export const ENDPOINT_UNREACHABLE: readonly Incident[] = [
  incident(
    'the certificate of the domain has expired',
    (normal) => ({ ...decided(normal, 0), canary: 'failed' }),
    { CanaryFails: 3, ...NO_DECISIONS },
    { pageWithin: 3, ...ALLOW_LIST },
  ),
  incident(
    'the DNS record of a small site is deleted',
    (normal) => ({ ...decided(normal, 0), canary: 'failed' }),
    {
      ...{ CanaryFails: 3, NoDecisions: 20, FewerTokensThanUsual: 20 },
      ...{ UnusuallyFewDecisions: 40, UnusuallyFewTokens: 40 },
    },
    { pageWithin: 3, site: SMALL },
  ),
  incident(
    'CloudFront cannot reach the origin',
    (normal) => ({ ...decided(normal, 0), canary: 'failed', cloudFrontErrorRate: 100 }),
    { CanaryFails: 3, CloudFrontErrors: 20, ...NO_DECISIONS },
    { pageWithin: 3 },
  ),
  incident(
    'CloudFront cannot reach one of two tasks in time, and two of three test requests fail',
    (normal, elapsed) => ({
      ...decided(normal, 0.5),
      ...{ canary: elapsed % 3 === 0 ? 'ok' : 'failed', cloudFrontErrorRate: 50 },
    }),
    { CloudFrontErrors: 20, ...FEWER },
  ),
  incident(
    'the DNS record of a new domain is missing',
    () => ({ canary: 'pending' }),
    { CanaryPending: 75 },
    { minutes: 120, ...ALLOW_LIST },
  ),
];
