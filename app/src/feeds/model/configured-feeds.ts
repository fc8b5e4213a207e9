import { type OptionTable, parseOptions } from '../../config/options.ts';
import { duration } from '../../config/schemas.ts';
import { OPTION_TOLERANCE, similarName } from '../../config/similar-name.ts';
import { parseS3Object } from '../../store/location.ts';
import type { Feed, FeedOptions } from './feed.ts';

/** A feed that is switched on, with its options. */
export interface ConfiguredFeed {
  readonly feed: Feed;
  /** Of the feed itself: without `interval` and `max-age`. */
  readonly options: FeedOptions;
  /** Milliseconds between two questions to the publisher. */
  readonly interval: number;
  /** Age in milliseconds from which the data is expired. */
  readonly maxAge: number;
}

/** The feeds that `FEEDS` can contain. */
export interface FeedCatalog {
  readonly builtIn: readonly Feed[];
  /** Returns a list of the operator's own. */
  readonly createList: (id: string, location: string) => Feed;
}

export interface ParsedFeeds {
  readonly feeds: readonly ConfiguredFeed[];
  /** One sentence each, which begins with a verb. */
  readonly issues: readonly string[];
}

/** With one alarm each, at most as many as CloudWatch's widget of alarms can show with the others. */
export const MAX_FEEDS = 40;
export const FEED_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
export const MAX_ID_LENGTH = 40;
const LIST_LOCATION = /^(?:https|s3):\/\/[^\s/]+\/\S+$/;

function isListLocation(text: string): boolean {
  if (!LIST_LOCATION.test(text) || !URL.canParse(text)) return false;
  return !text.startsWith('s3:') || parseS3Object(text) !== undefined;
}

/** Returns whether a text can be the id of a feed. */
export function isFeedId(text: string): boolean {
  return FEED_ID.test(text) && text.length <= MAX_ID_LENGTH;
}

/** Options of every feed. Their defaults are the feed's own. */
const COMMON_OPTIONS = {
  interval: duration('8760h').optional(),
  'max-age': duration('8760h').optional(),
} satisfies OptionTable;

/**
 * Parses the setting `FEEDS`: comma-separated entries of the form `id`, `id#option=value&option=value`, or
 * `id=https://…#option=value` for a list of the operator's own. The part after `#` is never sent to the publisher.
 *
 * @example parseFeeds('tor-exits,abuseipdb-blacklist#minimum=25,partners=s3://bucket/list.txt', catalog)
 */
export function parseFeeds(text: string, catalog: FeedCatalog): ParsedFeeds {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const feeds: ConfiguredFeed[] = [];
  const issues: string[] = [];
  for (const entry of entries) {
    const result = parseEntry(entry, catalog);
    if ('issues' in result) issues.push(...result.issues);
    else if (feeds.some(({ feed }) => feed.id === result.feed.id)) {
      issues.push(`contains the feed ${result.feed.id} twice: remove one of them`);
    } else feeds.push(result);
  }
  if (feeds.length > MAX_FEEDS) issues.push(`contains more than ${MAX_FEEDS} feeds`);
  return { feeds, issues };
}

function parseEntry(
  entry: string,
  catalog: FeedCatalog,
): ConfiguredFeed | { readonly issues: readonly string[] } {
  const [source = '', ...fragments] = entry.split('#');
  const [id = '', ...rest] = source.split('=');
  const location = rest.length === 0 ? undefined : rest.join('=');
  const feed = findFeed(id, location, catalog);
  if (typeof feed === 'string') return { issues: [feed] };
  if (fragments.length > 1) return { issues: [`has more than one # in the entry ${id}`] };
  const values = Object.fromEntries(new URLSearchParams(fragments[0] ?? ''));
  const table: OptionTable = { ...COMMON_OPTIONS, ...feed.options };
  const names = Object.keys(table);
  const unknownNames = Object.keys(values).filter((name) => !names.includes(name));
  const { options, issues } = parseOptions(table, values);
  const all = [
    ...unknownNames.map(
      (name) =>
        `has the unknown option ${JSON.stringify(name)} in the entry ${id}: its options are ${names.join(', ')}`,
    ),
    // `parseOptions` ends its sentences with a full stop.
    ...issues.map((issue) => `is not valid in the entry ${id}: ${issue.replace(/\.$/, '')}`),
  ];
  const { interval, 'max-age': maxAge, ...own } = options as FeedOptions;
  if (typeof interval === 'number' && interval < feed.interval) {
    all.push(
      `has an interval in the entry ${id} that is shorter than the publisher allows: set it to ${feed.interval / 1000} seconds or more`,
    );
  }
  const conflict = all.length === 0 ? feed.findConflict?.(own) : undefined;
  if (conflict !== undefined) all.push(`is not valid in the entry ${id}: ${conflict}`);
  if (all.length > 0) return { issues: all };
  return {
    feed: feed.configure?.(own) ?? feed,
    options: own,
    interval: (interval as number | undefined) ?? feed.defaultInterval ?? feed.interval,
    maxAge: (maxAge as number | undefined) ?? feed.maxAge,
  };
}

/** Returns the feed, or an issue. */
function findFeed(
  id: string,
  location: string | undefined,
  { builtIn, createList }: FeedCatalog,
): Feed | string {
  const known = builtIn.find((feed) => feed.id === id);
  if (location === undefined) return known ?? unknownFeed(id, builtIn);
  if (known !== undefined) {
    return `gives the built-in feed ${id} a location: choose another id for a list of your own`;
  }
  if (!FEED_ID.test(id) || id.length > MAX_ID_LENGTH) {
    return `has a list whose id is not valid: use at most ${MAX_ID_LENGTH} lower-case letters, digits and single hyphens`;
  }
  if (!isListLocation(location)) {
    return `has a list ${id} whose location is not valid: write ${id}=https://host/file or ${id}=s3://bucket/key`;
  }
  return createList(id, location);
}

function unknownFeed(id: string, builtIn: readonly Feed[]): string {
  const ids = builtIn.map((feed) => feed.id);
  const similar = similarName(id, ids, OPTION_TOLERANCE);
  const hint = similar === undefined ? '' : `: did you mean ${similar}?`;
  // Not repeated unless it looks like an id: it may be a URL with a token.
  const shown = FEED_ID.test(id) && id.length <= MAX_ID_LENGTH ? ` ${id}` : '';
  return `contains the unknown feed${shown}${hint === '' ? ': docs/feeds.md lists them, and a list of your own is written id=https://host/file' : hint}`;
}
