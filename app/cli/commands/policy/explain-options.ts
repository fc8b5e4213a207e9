import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import * as z from 'zod';
import { MAX_BODY_BYTES } from '../../../src/http/middleware/limit-body.ts';
import { parseDuration } from '../../../src/lib/duration.ts';
import { MAX_TRUSTED_PROXY_HOPS } from '../../../src/signals/address/header-formats.ts';
import { ToolError, UsageError } from '../../../tools/errors.ts';
import type { ExplainGivenOptions } from '../../../tools/explain/explain-given.ts';
import type { Given, GivenRequest } from '../../../tools/policy/given/given.ts';
import type { Terminal } from '../../terminal.ts';
import { readSignals, type SignalOptions } from './explain-signals.ts';
import { readClaimValue, readMultiMap, readPair } from './pairs.ts';

/** The options of `policy explain`, as commander yields them. */
export interface ExplainOptions extends SignalOptions {
  readonly geoDatabase?: string;
  readonly time?: string;
  readonly request?: string;
  readonly grant?: string;
  readonly client?: string;
  readonly scope?: readonly string[];
  readonly requestedScope?: readonly string[];
  readonly claim?: readonly string[];
  readonly header?: readonly string[];
  readonly param?: readonly string[];
  readonly lifetime?: string;
  readonly refreshLifetime?: string;
  readonly case?: string;
  readonly name?: string;
  readonly addressHeader: string;
  readonly trustedProxyHops: string;
}

/** Options that describe the token request, which the file of `--request` does already. */
const REQUEST_OPTIONS = {
  grant: '--grant',
  client: '--client',
  scope: '--scope',
  requestedScope: '--requested-scope',
  claim: '--claim',
  header: '--header',
  param: '--param',
  lifetime: '--lifetime',
  refreshLifetime: '--refresh-lifetime',
} as const satisfies Partial<Record<keyof ExplainOptions, string>>;

/**
 * Reads the options of `policy explain`, and the files that they name.
 *
 * @throws UsageError if an option is not valid, ToolError if a file cannot be read.
 */
export async function readExplainOptions(
  options: ExplainOptions,
  terminal: Terminal,
): Promise<{ readonly given: Given } & Omit<ExplainGivenOptions, 'now'>> {
  const { request, geoDatabase, time, addressHeader, trustedProxyHops } = options;
  if (options.name !== undefined) {
    throw new UsageError('--name needs --case, the file with the test case of this name.');
  }
  if (request !== undefined) rejectRequestOptions(options);
  const given = {
    request: readRequest(options),
    signals: readSignals(options),
    ...(time !== undefined && { time: readTime(time) }),
  };
  const edge = {
    headerNames: [addressHeader.toLowerCase()],
    trustedProxyHops: Number(matching(trustedProxyHops, isHops, '--trusted-proxy-hops', HOPS)),
  };
  return {
    given,
    edge,
    ...(geoDatabase !== undefined && { geoDatabase: resolve(terminal.folder, geoDatabase) }),
    ...(request !== undefined && { body: await readBody(request, terminal) }),
  };
}

function rejectRequestOptions(options: ExplainOptions): void {
  for (const [name, option] of Object.entries(REQUEST_OPTIONS)) {
    if (options[name as keyof typeof REQUEST_OPTIONS] !== undefined) {
      throw new UsageError(`${option} cannot be combined with --request, whose file contains it.`);
    }
  }
}

function readRequest(options: ExplainOptions): GivenRequest {
  const { grant, client, scope, requestedScope, claim = [], header, param } = options;
  const claims = claim.map((pair) => readPair(pair, '--claim', 'level=3'));
  return {
    grant,
    client,
    scopes: scope,
    requestedScopes: requestedScope,
    claims: Object.fromEntries(claims.map(([name, value]) => [name, readClaimValue(value)])),
    headers: readMultiMap(header, '--header', 'x-device=laptop'),
    params: readMultiMap(param, '--param', 'resource=orders'),
    lifetime: readDuration(options.lifetime, '--lifetime'),
    refreshLifetime: readDuration(options.refreshLifetime, '--refresh-lifetime'),
  };
}

function readDuration(value: string | undefined, option: string): number | undefined {
  if (value === undefined) return undefined;
  const seconds = parseDuration(/^\d+$/.test(value) ? Number(value) : value);
  if (seconds === undefined) {
    throw new UsageError(`${option} must be a duration such as 900s, 15m or 1h, got "${value}".`);
  }
  return seconds;
}

const localTime = z.iso.datetime({ local: true });
const OFFSET = /(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

function readTime(value: string): number {
  const local = value.replace(OFFSET, '');
  if (!localTime.safeParse(local).success) {
    throw new UsageError(
      `--time must be a date and time such as 2026-01-05T10:30 or 2026-01-05T10:30+01:00, got "${value}".`,
    );
  }
  return Date.parse(value === local ? `${value}Z` : value);
}

const HOPS = `a whole number from 0 to ${MAX_TRUSTED_PROXY_HOPS}`;
const isHops = (value: string) => /^\d+$/.test(value) && Number(value) <= MAX_TRUSTED_PROXY_HOPS;

function matching(
  value: string,
  matches: (value: string) => boolean,
  option: string,
  expected: string,
): string {
  if (matches(value)) return value;
  throw new UsageError(`${option} must be ${expected}, got "${value}".`);
}

async function readBody(
  file: string,
  { stdin, folder }: Terminal,
): Promise<{ readonly text: string; readonly file: string }> {
  const body =
    file === '-'
      ? { text: await readText(stdin), file: 'Standard input' }
      : { text: await readRequestFile(file, folder), file };
  if (Buffer.byteLength(body.text) > MAX_BODY_BYTES) {
    throw new ToolError(
      `${body.file} is larger than ${MAX_BODY_BYTES} bytes: the service rejects such a request.`,
    );
  }
  return body;
}

async function readRequestFile(file: string, folder: string): Promise<string> {
  try {
    return await readFile(resolve(folder, file), 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ToolError(`The request ${file} cannot be read (${code}): check the path.`);
  }
}
