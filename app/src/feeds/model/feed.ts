import type { OptionTable } from '../../config/options.ts';
import type { FeedData, FeedSummary } from './feed-data.ts';
import type { FeedHttp } from './feed-http.ts';

/**
 * What a feed contains: `places` are mmdb files with countries, cities or networks, `anonymizers` mmdb files with
 * flags, `ranges` lists of addresses, `networks` lists of AS numbers, `scores` addresses with a score.
 */
export type FeedContent = FeedData['content'];

/** The fields of the variable `anonymizer`. */
export const ANONYMIZER_FIELDS = ['vpn', 'tor', 'proxy', 'hosting', 'relay'] as const;
export type AnonymizerField = (typeof ANONYMIZER_FIELDS)[number];

/** What a list of addresses says about `anonymizer`. An address on the list is one; others may not be. */
export interface AnonymizerStatement {
  readonly field: AnonymizerField;
  /** IP versions of which the list is complete, so that an address that is not on it is none. */
  readonly completeFor: readonly (4 | 6)[];
}

/** The terms under which a feed's data is used. They are shown wherever its data is. */
export interface Licence {
  readonly name: string;
  readonly url?: string;
  /** The credit that the licence requires, or that is fair. */
  readonly attribution: string;
  /** Days after which a superseded copy must be deleted, if the licence sets a limit. */
  readonly deleteWithinDays?: number;
}

/** Secrets of the refresher. `maxmind` and `crowdsec` are `user:password` for HTTP Basic. */
export type FeedCredential = 'maxmind' | 'ipinfo' | 'abuseipdb' | 'crowdsec';

/** Downloads that a publisher allows. Feeds of one account share its quota. */
export interface FeedQuota {
  readonly account: string;
  /** Requests per 24 hours that we allow ourselves: below the publisher's limit, to leave some for others. */
  readonly perDay: number;
  /**
   * Response header with the account's own limit per day, in lower case. If it allows more than `perDay`, we allow
   * ourselves one less than it says.
   */
  readonly limitHeader?: string;
}

/** Options of one entry in `FEEDS`, after parsing. */
export type FeedOptions = Readonly<Record<string, unknown>>;

/** The state of a feed's source as the feed itself described it after a download: an ETag, a date, a checksum. */
export type SourceVersion = string;

export interface DownloadContext {
  readonly http: FeedHttp;
  /** Undefined until the operator has set it. Only feeds with `credential` receive one. */
  readonly credential: string | undefined;
  readonly options: FeedOptions;
  /** The version of the last download, published or rejected; undefined for the first one. */
  readonly version: SourceVersion | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Download =
  | { readonly status: 'unchanged' }
  | { readonly status: 'downloaded'; readonly version: SourceVersion; readonly data: FeedData };

/**
 * A source of data on addresses. Each feed is one file in `app/src/feeds`. It is off until `FEEDS` contains its id.
 */
export interface Feed {
  /** In `FEEDS`, in policies, in records and in the store: lower-case letters, digits and hyphens. */
  readonly id: string;
  /** Completes "The feed contains …", such as `exit addresses of the Tor network`. */
  readonly title: string;
  /** The publisher's page. */
  readonly homepage: string;
  /** SHA-256 of the location, for lists of the operator's own: the location itself may contain a secret. */
  readonly locationHash?: string;
  readonly content: FeedContent;
  /** Only for `ranges`. */
  readonly anonymizer?: AnonymizerStatement;
  readonly licence: Licence;
  /** Minimum time between two questions to the publisher, in milliseconds. `#interval` cannot be shorter. */
  readonly interval: number;
  /** The interval without `#interval`. @default interval */
  readonly defaultInterval?: number;
  /** Age from which the data is expired, in milliseconds. `#max-age` changes it. */
  readonly maxAge: number;
  /**
   * Where the age begins: `published` is the date that the publisher states, `confirmed` the last time at which the
   * publisher had no other version.
   */
  readonly ageFrom: 'published' | 'confirmed';
  readonly credential?: FeedCredential;
  readonly quota?: FeedQuota;
  /** Options beyond `interval` and `max-age`. */
  readonly options?: OptionTable;
  /** Returns why valid options exclude each other, as a part of a sentence; `undefined` if they do not. */
  findConflict?(options: FeedOptions): string | undefined;
  /** Returns the feed with what its options change, such as `anonymizer`. */
  configure?(options: FeedOptions): Feed;
  /**
   * Asks for a change, downloads the data, verifies its checksum and parses it.
   *
   * @throws FeedError if the data cannot be downloaded or is not valid.
   */
  download(context: DownloadContext): Promise<Download>;
  /**
   * Compares valid data with the last good snapshot's summary. An operator can override the result once.
   *
   * @returns why the data is implausible, as the end of "The data is implausible: …"; undefined if it is plausible.
   */
  findImplausible(data: FeedData, context: PlausibilityContext): string | undefined;
}

export interface PlausibilityContext {
  /** Summary of the published snapshot; undefined for the first one. */
  readonly previous: FeedSummary | undefined;
  readonly options: FeedOptions;
  readonly now: number;
}
