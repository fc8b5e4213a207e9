import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { optionalField } from '../../../lib/optional-field.ts';
import type { Address } from '../../address/address.ts';
import { parseAddress } from '../../address/parse.ts';
import { isProviderString, isScore } from '../abuseipdb/response-body.ts';
import { BLOCK_SIZE, type BlockRecord, NO_SCORE } from '../blocks/block.ts';
import { subnetOf } from '../inherited-scores.ts';
import type { AbuseRecord } from '../reputation.ts';

export type Item = Record<string, AttributeValue>;

/** Version of the item format. An item with another version is from another release: a cache miss. */
const VERSION = '1';

/** Returns the partition key of the record of an address or a /64. Each window of reports has its own items. */
export function recordKey(addressOrSubnet: string, maxAgeInDays: number): string {
  return `${addressOrSubnet}#${maxAgeInDays}`;
}

/** Returns the partition key of a block's scores. They are always of the longest window. */
export function blockKey(cidr: string): string {
  return `${cidr}#block`;
}

/**
 * Returns the partition key under which the tasks share that an API key's quota is exhausted. No address
 * begins with "#". `closing` and `closed_until` are stored data: renaming them would orphan items.
 */
export function quotaKey(keyName: string): string {
  return `#closing#${keyName}`;
}

/** Returns a record as an item, which expires at most a second after `expiresAt` (milliseconds since the epoch). */
export function recordItem(key: string, record: AbuseRecord, expiresAt: number): Item {
  return {
    ...baseItem(key, expiresAt),
    score: numberAttribute(record.score),
    checked_at: numberAttribute(record.checkedAt),
    ...optionalField(
      'reports',
      record.reports === undefined ? undefined : numberAttribute(record.reports),
    ),
    ...optionalField(
      'reporters',
      record.reporters === undefined ? undefined : numberAttribute(record.reporters),
    ),
    ...optionalField('tor', record.tor === undefined ? undefined : { BOOL: record.tor }),
    ...optionalField('usage', stringAttribute(record.usage)),
    ...optionalField('isp', stringAttribute(record.isp)),
    ...optionalField('domain', stringAttribute(record.domain)),
  };
}

/** The record that the addresses of a /64 inherit. */
export interface SubnetRecord {
  /** The address whose record it is. */
  readonly source: Address;
  readonly record: AbuseRecord;
}

/** Returns the record of a /64 as an item. The previous release neither reads nor writes such items. */
export function subnetItem(key: string, { source, record }: SubnetRecord, expiresAt: number): Item {
  return { ...recordItem(key, record, expiresAt), inherited_from: { S: source.value } };
}

/** Returns the scores of a block as an item; see `recordItem`. */
export function blockItem(
  key: string,
  { scores, checkedAt }: BlockRecord,
  expiresAt: number,
): Item {
  return {
    ...baseItem(key, expiresAt),
    scores: { B: scores },
    checked_at: numberAttribute(checkedAt),
  };
}

/** Returns an item that replaces a record and has expired. */
export function expiredItem(key: string, now: number): Item {
  return baseItem(key, now);
}

/** Returns the item that records until when a quota is exhausted (milliseconds since the epoch). */
export function quotaItem(key: string, until: number): Item {
  return { ...baseItem(key, until), closed_until: numberAttribute(until) };
}

/** Why an item is unusable: it is from another release, or no release writes such an item. */
export type ItemError = 'version' | 'invalid';

/**
 * Parses the item that was read for a key. Returns its record, the error that makes it unusable, or
 * undefined if it has expired (DynamoDB's TTL deletes items days late).
 */
export function parseRecordItem(
  item: Item,
  key: string,
  now: number,
): AbuseRecord | ItemError | undefined {
  if (item.version?.N !== VERSION) return 'version';
  // A cache or proxy in front of DynamoDB can return another key's item.
  if (item.address?.S !== key) return 'invalid';
  const expiresAt = readInteger(item.expires_at);
  if (expiresAt === undefined) return 'invalid';
  if (hasExpired(expiresAt, now)) return undefined;
  const score = readInteger(item.score);
  const checkedAt = readInteger(item.checked_at);
  if (!isScore(score) || checkedAt === undefined || checkedAt < 0) return 'invalid';
  const optional = {
    reports: readCount(item.reports),
    reporters: readCount(item.reporters),
    tor: readBoolean(item.tor),
    usage: readString(item.usage),
    isp: readString(item.isp),
    domain: readString(item.domain),
  };
  // A field may be absent, but no release writes another type or a longer string.
  const isInvalid = Object.entries(optional).some(
    ([name, value]) => item[name] !== undefined && value === undefined,
  );
  return isInvalid ? 'invalid' : { score, ...optional, checkedAt };
}

/** Parses the item that was read for the key of a /64, as `parseRecordItem` does. Its source must be in that /64. */
export function parseSubnetItem(
  item: Item,
  key: string,
  subnet: string,
  now: number,
): SubnetRecord | ItemError | undefined {
  const record = parseRecordItem(item, key, now);
  if (record === undefined || typeof record === 'string') return record;
  const text = readString(item.inherited_from);
  const source = text === undefined ? undefined : parseAddress(text);
  if (source === undefined || source.value !== text || subnetOf(source) !== subnet)
    return 'invalid';
  return { source, record };
}

/** Parses the item that was read for a block; returns undefined if it is not valid, or has expired. */
export function parseBlockItem(item: Item, key: string, now: number): BlockRecord | undefined {
  if (item.address?.S !== key || !isValid(item, now)) return undefined;
  const checkedAt = readInteger(item.checked_at);
  const scores: unknown = item.scores?.B;
  if (checkedAt === undefined || checkedAt < 0) return undefined;
  if (!(scores instanceof Uint8Array) || scores.length !== BLOCK_SIZE) return undefined;
  const isValidScore = (score: number) => isScore(score) || score === NO_SCORE;
  // The SDK's buffer can be a part of a larger one, which would stay in memory.
  return scores.every(isValidScore) ? { scores: Uint8Array.from(scores), checkedAt } : undefined;
}

/** Parses until when a quota is exhausted (milliseconds since the epoch); undefined if the item is not valid. */
export function parseQuotaItem(item: Item, key: string, now: number): number | undefined {
  if (item.address?.S !== key) return undefined;
  return isValid(item, now) ? readInteger(item.closed_until) : undefined;
}

function baseItem(key: string, expiresAt: number): Item {
  return {
    address: { S: key },
    version: { N: VERSION },
    expires_at: numberAttribute(Math.ceil(expiresAt / 1000)),
  };
}

function isValid(item: Item, now: number): boolean {
  const expiresAt = readInteger(item.expires_at);
  return item.version?.N === VERSION && expiresAt !== undefined && !hasExpired(expiresAt, now);
}

/** Compares `expiresAt` in seconds since the epoch, DynamoDB's unit, with `now` in milliseconds. */
function hasExpired(expiresAt: number, now: number): boolean {
  return expiresAt * 1000 <= now;
}

function numberAttribute(value: number): AttributeValue {
  return { N: String(value) };
}

/** An empty string is AbuseIPDB's null, and is stored as NULL. */
function stringAttribute(value: string | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  return value === '' ? { NULL: true } : { S: value };
}

// The SDK does not validate responses, so the type of each value is checked, too.

function readString(attribute: AttributeValue | undefined): string | undefined {
  if (attribute?.NULL === true) return '';
  const value: unknown = attribute?.S;
  return isProviderString(value) ? value : undefined;
}

function readBoolean(attribute: AttributeValue | undefined): boolean | undefined {
  const value: unknown = attribute?.BOOL;
  return typeof value === 'boolean' ? value : undefined;
}

function readInteger(attribute: AttributeValue | undefined): number | undefined {
  const digits: unknown = attribute?.N;
  // Number() converts '', ' ' and '0x0' to 0, and none of them must become a score.
  if (typeof digits !== 'string' || !/^-?\d+$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

function readCount(attribute: AttributeValue | undefined): number | undefined {
  const value = readInteger(attribute);
  return value !== undefined && value >= 0 ? value : undefined;
}
