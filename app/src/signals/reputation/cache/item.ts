import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { optionalField } from '../../../lib/optional-field.ts';
import { isProviderText, isScore } from '../abuseipdb/response-body.ts';
import type { AbuseRecord } from '../reputation.ts';

export type Item = Record<string, AttributeValue>;

/** The form of the items below. Another number is an item of another release: a miss. */
const VERSION = '1';

/** The partition key of an address's record. Records of another window are other items. */
export function recordKey(address: string, maxAgeInDays: number): string {
  return `${address}#${maxAgeInDays}`;
}

/** The partition key under which an API key's closing is shared. No address begins with "#". */
export function closingKey(keyName: string): string {
  return `#closing#${keyName}`;
}

/** A record as an item that outlives it by no more than a second. Times in milliseconds. */
export function recordItem(key: string, record: AbuseRecord, expiresAt: number): Item {
  return {
    ...head(key, expiresAt),
    score: number(record.score),
    checked_at: number(record.checkedAt),
    ...optionalField('reports', record.reports === undefined ? undefined : number(record.reports)),
    ...optionalField(
      'reporters',
      record.reporters === undefined ? undefined : number(record.reporters),
    ),
    ...optionalField('tor', record.tor === undefined ? undefined : { BOOL: record.tor }),
    ...optionalField('usage', text(record.usage)),
    ...optionalField('isp', text(record.isp)),
    ...optionalField('domain', text(record.domain)),
  };
}

/** Until when AbuseIPDB is not to be asked (milliseconds since the epoch), as an item. */
export function closingItem(key: string, until: number): Item {
  return { ...head(key, until), closed_until: number(until) };
}

/** Why an item is of no use: another release's form, or not what any release of ours writes. */
export type ItemFault = 'version' | 'invalid';

/**
 * Returns the record of the item that was read for a key, or what is wrong with it; undefined when it has
 * expired (TTL deletes days late).
 */
export function parseRecordItem(
  item: Item,
  key: string,
  now: number,
): AbuseRecord | ItemFault | undefined {
  if (item.version?.N !== VERSION) return 'version';
  // A cache in front of the table can mix items up, as any proxy can.
  if (item.address?.S !== key) return 'invalid';
  const expiresAt = integer(item.expires_at);
  if (expiresAt === undefined) return 'invalid';
  if (hasExpired(expiresAt, now)) return undefined;
  const score = integer(item.score);
  const checkedAt = integer(item.checked_at);
  if (!isScore(score) || checkedAt === undefined || checkedAt < 0) return 'invalid';
  const optional = {
    reports: count(item.reports),
    reporters: count(item.reporters),
    tor: flag(item.tor),
    usage: textOf(item.usage),
    isp: textOf(item.isp),
    domain: textOf(item.domain),
  };
  // They may lack, but never have another type or be longer: no release of ours writes that.
  const broken = Object.entries(optional).some(
    ([name, value]) => item[name] !== undefined && value === undefined,
  );
  return broken ? 'invalid' : { score, ...optional, checkedAt };
}

/** Until when the item that was read for a key says that AbuseIPDB is closed; none when it is no such item. */
export function parseClosingItem(item: Item, key: string, now: number): number | undefined {
  if (item.address?.S !== key) return undefined;
  return isCurrent(item, now) ? integer(item.closed_until) : undefined;
}

function head(key: string, expiresAt: number): Item {
  return {
    address: { S: key },
    version: { N: VERSION },
    expires_at: number(Math.ceil(expiresAt / 1000)),
  };
}

function isCurrent(item: Item, now: number): boolean {
  const expiresAt = integer(item.expires_at);
  return item.version?.N === VERSION && expiresAt !== undefined && !hasExpired(expiresAt, now);
}

/** `expiresAt` in seconds since the epoch, as DynamoDB's TTL wants it; `now` in milliseconds. */
function hasExpired(expiresAt: number, now: number): boolean {
  return expiresAt * 1000 <= now;
}

function number(value: number): AttributeValue {
  return { N: String(value) };
}

/** An empty text is what AbuseIPDB gives as null, and is kept as such. */
function text(value: string | undefined): AttributeValue | undefined {
  if (value === undefined) return undefined;
  return value === '' ? { NULL: true } : { S: value };
}

// The SDK passes on what it is sent, so each value is checked for its type as well.

function textOf(attribute: AttributeValue | undefined): string | undefined {
  if (attribute?.NULL === true) return '';
  const text: unknown = attribute?.S;
  return isProviderText(text) ? text : undefined;
}

function flag(attribute: AttributeValue | undefined): boolean | undefined {
  const value: unknown = attribute?.BOOL;
  return typeof value === 'boolean' ? value : undefined;
}

function integer(attribute: AttributeValue | undefined): number | undefined {
  const digits: unknown = attribute?.N;
  // As we write it: Number() also takes '', ' ' and '0x0' for 0, and none of them must become a score.
  if (typeof digits !== 'string' || !/^-?\d+$/.test(digits)) return undefined;
  const value = Number(digits);
  return Number.isSafeInteger(value) ? value : undefined;
}

function count(attribute: AttributeValue | undefined): number | undefined {
  const value = integer(attribute);
  return value !== undefined && value >= 0 ? value : undefined;
}
