import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { canonicalAddress } from './address.ts';
import { type BlacklistEndpoint, blacklistPatchSchema } from './blacklist-response.ts';
import { type CheckBlockEndpoint, checkBlockPatchSchema } from './check-block.ts';
import type { CheckData } from './check-data.ts';
import { type FaultRegistry, faultSchema } from './fault.ts';
import type { DailyQuota } from './quota.ts';

/** The state that the control API changes. */
export interface SimulatorControls {
  readonly faults: FaultRegistry;
  readonly quota: DailyQuota;
  readonly blacklist: BlacklistEndpoint;
  readonly checkBlock: CheckBlockEndpoint;
  setRecord(address: string, record: Partial<CheckData>): void;
}

export interface ControlResponse {
  readonly status: number;
  readonly body: unknown;
}

const MAX_BODY_BYTES = 65_536;

/** A request that the control API rejects, with the status and the message of the response. */
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
const recordPatchSchema = recordSchema.partial();
const quotaSchema = z.strictObject({ remaining: z.int().min(0) });
const scopeSchema = z.looseObject({ address: z.string().optional() });

/**
 * Handles a request to the control API, with which faults, records and the quota are set, for example with
 * curl. An invalid request is rejected with status 400, 404, 405 or 413 and one sentence.
 *
 * @param path the part after `/simulator/`.
 */
export async function handleControl(
  controls: SimulatorControls,
  request: IncomingMessage,
  path: string,
  parameters: URLSearchParams,
): Promise<ControlResponse> {
  try {
    return { status: 200, body: await applyControl(controls, request, path, parameters) };
  } catch (error) {
    if (error instanceof ControlError) {
      return { status: error.status, body: { error: error.message } };
    }
    if (error instanceof RangeError) return { status: 400, body: { error: error.message } };
    throw error;
  }
}

async function applyControl(
  controls: SimulatorControls,
  request: IncomingMessage,
  path: string,
  parameters: URLSearchParams,
): Promise<unknown> {
  const { method } = request;
  if (path === 'fault') {
    if (method === 'DELETE') return clearFault(controls, parameters.get('address') ?? undefined);
    requirePut(method, 'PUT or DELETE');
    return setFault(controls, await readJson(request));
  }
  if (path === 'quota') {
    requirePut(method, 'PUT');
    const { remaining } = validate(quotaSchema, await readJson(request), 'quota');
    controls.quota.setRemaining(remaining);
    return { remaining, limit: controls.quota.limit };
  }
  if (path === 'blacklist') {
    requirePut(method, 'PUT');
    const patch = validate(blacklistPatchSchema, await readJson(request), 'blacklist');
    if (patch.plan !== undefined) {
      controls.blacklist.setPlan(patch.plan);
      controls.checkBlock.setPlan(patch.plan);
    }
    if (patch.fault !== undefined) controls.blacklist.fault = patch.fault ?? undefined;
    return patch;
  }
  if (path === 'check-block') {
    requirePut(method, 'PUT');
    const patch = validate(checkBlockPatchSchema, await readJson(request), 'check-block');
    if (patch.remaining !== undefined) controls.checkBlock.setRemaining(patch.remaining);
    if (patch.fault !== undefined) controls.checkBlock.fault = patch.fault ?? undefined;
    return patch;
  }
  if (path.startsWith('records/')) {
    requirePut(method, 'PUT');
    const address = canonicalAddress(decode(path.slice('records/'.length)));
    const record = validate(recordPatchSchema, await readJson(request), 'record');
    controls.setRecord(address, record);
    return { address, record };
  }
  throw new ControlError(
    404,
    `/simulator/${path} does not exist: use fault, quota, blacklist, check-block or records/<address>.`,
  );
}

function setFault(controls: SimulatorControls, body: unknown): unknown {
  const { address, ...rest } = validate(scopeSchema, body, 'fault');
  const fault = validate(faultSchema, rest, 'fault');
  controls.faults.set(fault, address);
  return { fault, address: address ?? 'all' };
}

function clearFault(controls: SimulatorControls, address: string | undefined): unknown {
  controls.faults.set(undefined, address);
  return { fault: null, address: address ?? 'all' };
}

function requirePut(method: string | undefined, methods: string): void {
  if (method !== 'PUT')
    throw new ControlError(405, `The method must be ${methods}, got ${method}.`);
}

/** Validates a body. The message is about its first issue. */
function validate<Value>(schema: z.ZodType<Value>, body: unknown, name: string): Value {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = issue === undefined || issue.path.length === 0 ? '' : `, ${issue.path.join('.')}`;
  throw new ControlError(400, `The ${name} is not valid${path}: ${issue?.message ?? 'unknown'}.`);
}

/** Parses the body as JSON. A body that is too long is still read to its end, so that the response can be sent. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (size > MAX_BODY_BYTES) {
    throw new ControlError(413, `The body must not exceed ${MAX_BODY_BYTES} bytes.`);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    throw new ControlError(400, 'The body is not valid JSON.');
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
