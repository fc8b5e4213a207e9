import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';
import { TEST_REPORT_HEADER, type TestReport } from '../../src/telemetry/test-report.ts';
import { parseJson } from '../actions-api/parse-answer.ts';

const outcome = z.enum(['issue', 'restrict', 'refuse']);
const signal = z.record(z.string(), z.unknown()).optional();

/** What the checks read. Anything may answer at the URL. */
const REPORT = z.looseObject({
  policy: z.object({ revision: z.string(), mode: z.string() }),
  outcome,
  dry_run_outcome: outcome.optional(),
  signals: z.looseObject({ address: signal, geo: signal, reputation: signal }),
  address: z.object({
    headers: z.array(z.string()).min(1),
    trusted_proxy_hops: z.int().min(0).max(100),
    signed: z.boolean(),
  }),
  data: z.array(
    z.object({ name: z.string(), status: z.string(), age_hours: z.number().optional() }),
  ),
});

/** Returns the report of a response; `undefined` if it has none that this release can read. */
export function readReport(headers: IncomingHttpHeaders): TestReport | undefined {
  const text = headers[TEST_REPORT_HEADER];
  if (typeof text !== 'string') return undefined;
  const parsed = REPORT.safeParse(parseJson(text));
  return parsed.success ? (parsed.data as unknown as TestReport) : undefined;
}
