import {
  closestName,
  OPTION_TOLERANCE,
  similarName,
  type Tolerance,
} from '../config/similar-name.ts';
import { BUILT_IN_FEEDS } from '../feeds/index.ts';
import type { Feed, FeedContent } from '../feeds/model/feed.ts';
import type { Issues } from './file/issues.ts';

/** The feeds that are known before `FEEDS` is. */
export type KnownFeeds = readonly Pick<Feed, 'id' | 'content'>[];

/** The feeds that a policy names, with their contents. */
export type PolicyFeeds = ReadonlyMap<string, FeedContent>;

/**
 * Returns the feeds of a policy, and reports those that cannot be used. A feed that is not built in is a list of the
 * operator's own, which contains addresses.
 */
export function readFeeds(
  ids: readonly string[],
  listNames: ReadonlySet<string>,
  builtIn: KnownFeeds,
  issues: Issues,
): PolicyFeeds {
  const feeds = new Map<string, FeedContent>();
  for (const [index, id] of ids.entries()) {
    if (feeds.has(id)) issues.at(index).add(`names the feed ${id} twice; remove one of them`);
    if (listNames.has(id)) {
      issues
        .at(index)
        .add(
          `lists.${id} has the same name, and address.within("${id}") could mean both; rename the list`,
        );
    }
    feeds.set(id, builtIn.find((feed) => feed.id === id)?.content ?? 'ranges');
  }
  return feeds;
}

/** Why `address.within` cannot ask a feed, by its content. */
const NOT_ADDRESSES: Readonly<Partial<Record<FeedContent, string>>> = {
  places: 'has no list of addresses; read geo and network, such as geo.country == "KP"',
  anonymizers: 'has no list of addresses; read anonymizer, such as anonymizer.vpn',
};

/** Returns why `address.within` cannot ask a feed of the policy; `undefined` if it can. */
export function withinIssue(id: string, content: FeedContent): string | undefined {
  const reason = NOT_ADDRESSES[content];
  return reason && `within("${id}"): the feed ${reason}`;
}

/** Returns the issue of a name in `address.within` that is neither a list nor a feed of the policy. */
export function unknownNameIssue(
  name: string,
  names: readonly string[],
  builtIn: KnownFeeds,
): { readonly message: string; readonly suggestion?: string } {
  const feed = builtIn.find(({ id }) => id === name);
  if (feed !== undefined) {
    const message = `within("${name}") asks a feed that the policy does not name; add ${name} to feeds`;
    return { message };
  }
  const message = `within("${name}") refers to an unknown list or feed`;
  const similar = closestName(name, [...names, ...builtIn.map(({ id }) => id)]);
  if (similar === undefined) return { message };
  return { message: `${message}; did you mean "${similar}"?`, suggestion: similar };
}

/** A feed that a policy relies on, and that the service does not have. */
export interface MissingFeed {
  readonly id: string;
  /** A sentence for the operator. */
  readonly warning: string;
  /** The feed that the author probably meant. */
  readonly suggestion?: string;
}

/**
 * Finds the feeds of a policy that `FEEDS` does not contain: conditions that ask them are unknown.
 *
 * @param configuredIds the ids in `FEEDS`.
 */
export function missingFeeds(
  { feeds }: { readonly feeds: readonly string[] },
  configuredIds: readonly string[],
  builtIn: KnownFeeds = BUILT_IN_FEEDS,
): MissingFeed[] {
  const builtInIds = builtIn.map(({ id }) => id);
  return feeds
    .filter((id) => !configuredIds.includes(id))
    .map((id) => {
      const similar = builtInIds.includes(id)
        ? undefined
        : similarName(id, [...configuredIds, ...builtInIds], OPTION_TOLERANCE);
      const remedy =
        similar === undefined
          ? 'add it to FEEDS (in the stack, feeds), or remove it from the policy.'
          : `did you mean ${similar}?`;
      return {
        id,
        warning: `The policy names the feed ${id}, which FEEDS does not contain, so conditions that ask it are unknown (absent): ${remedy}`,
        ...(similar !== undefined && { suggestion: similar }),
      };
    });
}

/** Warns about the feeds of a policy that `FEEDS` does not contain. */
export function warnAboutMissingFeeds(
  policy: { readonly feeds: readonly string[] },
  configuredIds: readonly string[],
  builtIn: KnownFeeds,
  issues: Issues,
): void {
  for (const { id, warning, suggestion } of missingFeeds(policy, configuredIds, builtIn)) {
    issues
      .at(policy.feeds.indexOf(id))
      .warn('missing-feed', warning, suggestion === undefined ? {} : { suggestion });
  }
}

/** An operator's own feed may have almost the name of a built-in one, but rarely within these typing errors. */
const MISSPELT: Tolerance = { minLength: 5, maxTypos: () => 2, abbreviations: false };

/** Warns about feeds that are not built in, but probably meant to be. */
export function warnAboutMisspeltFeeds(
  { feeds }: { readonly feeds: readonly string[] },
  builtIn: KnownFeeds,
  issues: Issues,
): void {
  const builtInIds = builtIn.map(({ id }) => id);
  for (const [index, id] of feeds.entries()) {
    const similar = builtInIds.includes(id) ? undefined : similarName(id, builtInIds, MISSPELT);
    if (similar === undefined) continue;
    issues
      .at(index)
      .warn(
        'missing-feed',
        `${id} is not a built-in feed, so FEEDS must contain a list of your own with this name; did you mean ${similar}?`,
        { suggestion: similar },
      );
  }
}
