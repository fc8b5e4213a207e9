import type { AbuseRecord } from './reputation.ts';

/** Longer texts are no name of a provider, and a full memory of them would cost gigabytes. */
const TEXT_LENGTH = 256;

/**
 * Reads the body of a CHECK answer. `upstream`: this is no answer of the API (not JSON: a proxy's
 * page, or cut off). `invalid`: JSON without a whole score from 0 to 100, which must never pass for 0.
 */
export function parseRecord(body: string, checkedAt: number): AbuseRecord | 'upstream' | 'invalid' {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return 'upstream';
  }
  const data = isObject(answer) ? answer.data : undefined;
  if (!isObject(data)) return 'invalid';
  const score = data.abuseConfidenceScore;
  if (!isScore(score)) return 'invalid';
  return {
    score,
    reports: count(data.totalReports),
    reporters: count(data.numDistinctUsers),
    tor: typeof data.isTor === 'boolean' ? data.isTor : undefined,
    usage: text(data.usageType),
    isp: text(data.isp),
    domain: text(data.domain),
    checkedAt,
  };
}

/** Whether a value is a whole number from 0 to 100. */
export function isScore(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 100;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function count(value: unknown): number | undefined {
  return Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : undefined;
}

function text(value: unknown): string | undefined {
  if (value === null) return '';
  return typeof value === 'string' && value.length <= TEXT_LENGTH ? value : undefined;
}
