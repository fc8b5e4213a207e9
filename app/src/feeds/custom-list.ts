import { createHash } from 'node:crypto';
import { oneOf, parsed } from '../config/schemas.ts';
import {
  ANONYMIZER_FIELDS,
  type AnonymizerField,
  type Feed,
  type FeedOptions,
} from './model/feed.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './model/times.ts';
import { basicAuthorization } from './sources/basic-authorization.ts';
import { downloadParsed, type SourceFile } from './sources/download-files.ts';
import { MAX_LINES, MAX_LIST_BYTES } from './sources/lines.ts';
import { findImplausibleCounts } from './sources/plausible-counts.ts';
import { parseTextList } from './sources/text-list.ts';

const COUNTS = { entries: { min: 1, max: MAX_LINES } };
/** Half of IPv4. A list of many /8 networks is as wrong as one of `0.0.0.0/0`. */
const MAX_IPV4_ADDRESSES = 2 ** 31;

const HOST = /^[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/;

const OPTIONS = {
  /** `columns`: the address is the first of several columns. */
  format: oneOf(['addresses', 'columns']).default('addresses'),
  /** Accepts networks larger than /8 in IPv4 and /16 in IPv6. */
  wide: oneOf(['allow']).optional(),
  /** Hosts to which the location may redirect, separated by `+`: `URLSearchParams` reads it as a space. */
  redirect: parsed('host names, separated by +', (text) => {
    const hosts = text.toLowerCase().split(/[ +]+/);
    return hosts.every((host) => HOST.test(host)) ? hosts : undefined;
  }).optional(),
  /** The field of `anonymizer` that is true for the addresses of the list. */
  is: oneOf(ANONYMIZER_FIELDS).optional(),
};

/**
 * Creates a feed from a text list of the operator's own.
 *
 * @param location `https://…` or `s3://bucket/key`. It can contain a password or a token, so it is never shown.
 */
export function createCustomList(id: string, location: string): Feed {
  const { origin, file } = describeLocation(location);
  return {
    id,
    title: `addresses of the list ${id}`,
    homepage: origin,
    locationHash: createHash('sha256').update(location).digest('hex'),
    content: 'ranges',
    licence: { name: 'not known', attribution: `List of the operator's own from ${origin}` },
    interval: 5 * MINUTE_MS,
    defaultInterval: HOUR_MS,
    maxAge: 3 * DAY_MS,
    ageFrom: 'confirmed',
    options: OPTIONS,
    configure,
    download: (context) => {
      const { format, wide, redirect = [] } = context.options as CustomOptions;
      return downloadParsed(id, [{ ...file, redirectHosts: redirect }], context, (files) =>
        parseTextList(files, { feedId: id, format, wide: wide === 'allow' }),
      );
    },
    findImplausible: (data, context) => {
      const { wide } = context.options as CustomOptions;
      const max = wide === 'allow' ? Number.POSITIVE_INFINITY : MAX_IPV4_ADDRESSES;
      return findImplausibleCounts(data, context, { ...COUNTS, ipv4Addresses: { min: 0, max } });
    },
  };
}

/** As parsed by `OPTIONS`. */
interface CustomOptions extends FeedOptions {
  readonly format: 'addresses' | 'columns';
  readonly wide?: 'allow';
  readonly redirect?: readonly string[];
  readonly is?: AnonymizerField;
}

/** A list of the operator's own need not be complete: an address that is not on it may be an anonymizer's, too. */
function configure(this: Feed, options: FeedOptions): Feed {
  const { is } = options as CustomOptions;
  return is === undefined ? this : { ...this, anonymizer: { field: is, completeFor: [] } };
}

/** Splits a location into what may be shown and what is requested. */
function describeLocation(location: string): { origin: string; file: SourceFile } {
  const url = new URL(location);
  const maxBytes = MAX_LIST_BYTES;
  if (url.protocol === 's3:') {
    return { origin: `s3://${url.host}`, file: { url: location, maxBytes } };
  }
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const credential = `${decode(username)}:${decode(password)}`;
  return {
    origin: url.origin,
    file: {
      url: url.href,
      maxBytes,
      ...(credential === ':' ? {} : { headers: { authorization: basicAuthorization(credential) } }),
    },
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that is not part of an escape sequence.
    return text;
  }
}
