import { formatIpv4, parseIpv4 } from '../../address/ipv4.ts';
import { BLOCK_SIZE, isPossibleHost, NO_SCORE } from '../blocks/block.ts';
import { isObject, isScore, readData } from './response-body.ts';

const NETMASK = '255.255.255.0';
/** Of a /24, according to AbuseIPDB's documentation. */
const POSSIBLE_HOSTS = 254;

/** Fields of the block, each of which must be unique: of two values, either could be the wrong one. */
const BLOCK_FIELDS = [
  '"networkAddress"',
  '"netmask"',
  '"minAddress"',
  '"maxAddress"',
  '"numPossibleHosts"',
  '"reportedAddress"',
];
/** Fields that each reported address must have exactly once. */
const ADDRESS_FIELDS = ['"ipAddress"', '"abuseConfidenceScore"'];

/**
 * Parses the body of a CHECK-BLOCK response into a score for each address of the block. An address without reports is
 * not in the response, and has the score 0. The first and the last address of the block have `NO_SCORE` unless they are
 * in the response.
 *
 * Returns `upstream` when the body is not JSON, and `invalid` when it is JSON but not a complete response about this
 * block: an address that is missing by mistake must never count as 0.
 */
export function parseBlock(body: string, block: number): Uint8Array | 'upstream' | 'invalid' {
  const data = readData(body);
  if (typeof data === 'string') return data;
  const { reportedAddress: reported } = data;
  if (!isBlock(data, block) || !Array.isArray(reported)) return 'invalid';
  const hasEachFieldOnce =
    BLOCK_FIELDS.every((field) => countOf(body, field) === 1) &&
    ADDRESS_FIELDS.every((field) => countOf(body, field) === reported.length);
  return hasEachFieldOnce ? scoresOf(reported, block) : 'invalid';
}

/** Returns whether a response covers exactly the possible hosts of the block. */
function isBlock(data: Readonly<Record<string, unknown>>, block: number): boolean {
  return (
    data.networkAddress === formatIpv4(block) &&
    data.netmask === NETMASK &&
    data.minAddress === formatIpv4(block + 1) &&
    data.maxAddress === formatIpv4(block + POSSIBLE_HOSTS) &&
    data.numPossibleHosts === POSSIBLE_HOSTS &&
    isOptionalString(data.addressSpaceDesc)
  );
}

function scoresOf(reported: readonly unknown[], block: number): Uint8Array | 'invalid' {
  const scores = new Uint8Array(BLOCK_SIZE).fill(NO_SCORE);
  for (const entry of reported) {
    if (!isObject(entry) || !hasValidDetails(entry)) return 'invalid';
    const { ipAddress, abuseConfidenceScore: score } = entry;
    const host = typeof ipAddress === 'string' ? (parseIpv4(ipAddress) ?? -1) - block : -1;
    if (host < 0 || host >= BLOCK_SIZE || scores[host] !== NO_SCORE) return 'invalid';
    if (!isScore(score)) return 'invalid';
    scores[host] = score;
  }
  return scores.map((score, host) => (score === NO_SCORE && isPossibleHost(host) ? 0 : score));
}

/** Checks fields that are not used: a wrong type shows that the entry is not what it seems to be. */
function hasValidDetails(entry: Readonly<Record<string, unknown>>): boolean {
  const { numReports, mostRecentReport, countryCode } = entry;
  return (
    (numReports === undefined || (Number.isSafeInteger(numReports) && Number(numReports) >= 0)) &&
    isOptionalDate(mostRecentReport) &&
    isOptionalString(countryCode)
  );
}

function isOptionalDate(value: unknown): boolean {
  return isOptionalString(value) && (value == null || !Number.isNaN(Date.parse(String(value))));
}

function isOptionalString(value: unknown): boolean {
  return value === undefined || value === null || typeof value === 'string';
}

/** Quotes inside a JSON string are escaped, so a quoted field name matches only field names. */
function countOf(body: string, field: string): number {
  return body.split(field).length - 1;
}
