import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { canonicalAddress } from './address.ts';
import type { CheckData } from './check-data.ts';
import { type FaultRegistry, faultSchema } from './fault.ts';
import type { DailyQuota } from './quota.ts';

/** What the controls turn. */
export interface SimulatorControls {
  readonly faults: FaultRegistry;
  readonly quota: DailyQuota;
  setRecord(address: string, record: Partial<CheckData>): void;
}

/** The answer of a control. */
export interface ControlResponse {
  readonly status: number;
  readonly body: unknown;
}

const MOST_BYTES = 65_536;

/** A control that was turned wrongly: the status and the one sentence of the answer. */
class ControlError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const recordSchema = z.strictObject({
  isPublic: z.boolean(),
  isWhitelisted: z.boolean().nullable(),
  abuseConfidenceScore: z.int().min(0).max(100),
  countryCode: z.string().nullable(),
  countryName: z.string().nullable(),
  usageType: z.string().nullable(),
  isp: z.string().nullable(),
  domain: z.string().nullable(),
  hostnames: z.array(z.string()),
  isTor: z.boolean(),
  totalReports: z.int().min(0),
  numDistinctUsers: z.int().min(0),
  lastReportedAt: z.string().nullable(),
});
const recordPatch = recordSchema.partial();
const quotaSchema = z.strictObject({ remaining: z.int().min(0) });
const scopeSchema = z.looseObject({ address: z.string().optional() });

/** Lets a person turn faults, records and the quota by curl. A mistake is 400, 404, 405 or 413 with one sentence. */
export async function handleControl(
  controls: SimulatorControls,
  request: IncomingMessage,
  path: string,
  parameters: URLSearchParams,
): Promise<ControlResponse> {
  try {
    return { status: 200, body: await turn(controls, request, path, parameters) };
  } catch (error) {
    if (error instanceof ControlError) {
      return { status: error.status, body: { error: error.message } };
    }
    if (error instanceof RangeError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

async function turn(
  controls: SimulatorControls,
  request: IncomingMessage,
  path: string,
  parameters: URLSearchParams,
): Promise<unknown> {
  const { method } = request;
  if (path === 'fault') {
    if (method === 'DELETE') return endFault(controls, parameters.get('address') ?? undefined);
    requirePut(method, 'PUT or DELETE');
    return setFault(controls, await readJson(request));
  }
  if (path === 'quota') {
    requirePut(method, 'PUT');
    const { remaining } = read(quotaSchema, await readJson(request), 'quota');
    controls.quota.setRemaining(remaining);
    return { remaining, limit: controls.quota.limit };
  }
  if (path.startsWith('records/')) {
    requirePut(method, 'PUT');
    const address = canonicalAddress(decode(path.slice('records/'.length)));
    const record = read(recordPatch, await readJson(request), 'record');
    controls.setRecord(address, record);
    return { address, record };
  }
  throw new ControlError(
    404,
    `There is no /simulator/${path}; try fault, quota or records/<address>.`,
  );
}

function setFault(controls: SimulatorControls, body: unknown): unknown {
  const { address, ...rest } = read(scopeSchema, body, 'fault');
  const fault = read(faultSchema, rest, 'fault');
  controls.faults.set(fault, address);
  return { fault, address: address ?? 'all' };
}

function endFault(controls: SimulatorControls, address: string | undefined): unknown {
  controls.faults.set(undefined, address);
  return { fault: null, address: address ?? 'all' };
}

function requirePut(method: string | undefined, methods: string): void {
  if (method !== 'PUT') throw new ControlError(405, `Use ${methods} here, not ${method}.`);
}

/** Checks a body against its schema; the first mistake becomes the sentence. */
function read<Value>(schema: z.ZodType<Value>, body: unknown, name: string): Value {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.join('.')}`;
  throw new ControlError(400, `The ${name} is wrong${place}: ${issue?.message ?? 'unknown'}.`);
}

/** The body as JSON. One that is too long is read to its end all the same, or the answer could not be sent. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MOST_BYTES) chunks.push(chunk);
  }
  if (size > MOST_BYTES) throw new ControlError(413, `The body is over ${MOST_BYTES} bytes.`);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new ControlError(400, 'The body is not JSON.');
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
