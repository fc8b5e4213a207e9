import type { ConfiguredFeed } from '../../src/feeds/model/configured-feeds.ts';
import type { FeedContent } from '../../src/feeds/model/feed.ts';
import type { FeedPointer } from '../../src/feeds/model/pointer.ts';
import { type Address, lookupAddress } from '../../src/signals/address/address.ts';
import type { FeedState } from '../../src/signals/feeds/feed-snapshots.ts';
import type { FeedView } from '../../src/signals/feeds/feed-view.ts';
import { formatAge } from './format.ts';

/** The feeds at one moment. */
export interface CurrentFeeds {
  /** In the order of `FEEDS`. */
  readonly configured: readonly ConfiguredFeed[];
  find(id: string): FeedState;
}

/** A location database is used at any age: it becomes outdated where other feeds expire. */
export type FeedStatus = FeedState['status'] | 'outdated';

/** A feed as the page lists it. */
export interface FeedRow {
  readonly id: string;
  /** Completes "The feed contains …". */
  readonly title: string;
  readonly content: FeedContent;
  readonly status: FeedStatus;
  /** Such as `3 hours`; absent until a snapshot is loaded. */
  readonly age?: string;
  /** Age from which the data is expired or outdated. */
  readonly maxAge: string;
  /** Why AbuseIPDB's list is smaller than it was asked for. */
  readonly downgraded?: string;
  readonly licence: { readonly name: string; readonly url?: string };
  readonly credit: Credit;
}

/** The credit of a publisher, with a link if there is an address to link to. */
export interface Credit {
  readonly text: string;
  readonly url?: string;
}

/** What a feed says about one address. */
export interface FeedAnswerRow {
  readonly id: string;
  /** Such as `contains the address`. */
  readonly answer: string;
  /** Whether the feed knows something about the address. */
  readonly isHit: boolean;
}

/** Lists the configured feeds. */
export function listFeeds(feeds: CurrentFeeds): FeedRow[] {
  return feeds.configured.map(({ feed, maxAge }) => {
    const state = feeds.find(feed.id);
    const { name, url } = feed.licence;
    const downgraded = state.status === 'absent' ? undefined : state.pointer.scope?.downgraded;
    return {
      id: feed.id,
      title: feed.title,
      content: feed.content,
      status: statusOf(state),
      ...(state.status !== 'absent' && { age: formatAge(state.age) }),
      maxAge: formatAge(maxAge),
      ...(downgraded !== undefined && { downgraded }),
      licence: { name, ...(url !== undefined && { url }) },
      credit: creditOf(feed.licence.attribution, feed.homepage),
    };
  });
}

function statusOf(state: FeedState): FeedStatus {
  const isOutdated = state.status === 'expired' && state.view.content === 'places';
  return isOutdated ? 'outdated' : state.status;
}

/** The address of a link in a text, with the brackets around it. */
const LINK = /\s*\(?(https:\/\/[^\s)]+?)\)?\.?$/;

/** DB-IP demands that its credit is a link to its site, and the others are served as well by one. */
function creditOf(attribution: string, homepage: string): Credit {
  const url =
    LINK.exec(attribution)?.[1] ?? (homepage.startsWith('https://') ? homepage : undefined);
  return { text: attribution, ...(url !== undefined && { url }) };
}

/**
 * Returns what each configured feed says about an address: those first that know something about it.
 *
 * @param asn of the address; undefined if it is not known.
 */
export function askFeeds(
  feeds: CurrentFeeds,
  address: Address,
  asn: number | undefined,
): FeedAnswerRow[] {
  const rows = feeds.configured.map(({ feed: { id } }): FeedAnswerRow => {
    const state = feeds.find(id);
    if (state.status === 'absent') return { id, answer: 'is not loaded', isHit: false };
    const [isHit, answer] = ask(state.view, state.pointer, address, asn);
    const status = statusOf(state);
    return { id, answer: status === 'ready' ? answer : `${status}: ${answer}`, isHit };
  });
  return rows.toSorted((one, other) => Number(other.isHit) - Number(one.isHit));
}

type Answer = readonly [isHit: boolean, answer: string];

function ask(
  view: FeedView,
  pointer: FeedPointer,
  address: Address,
  asn: number | undefined,
): Answer {
  try {
    switch (view.content) {
      case 'ranges':
        return view.has(address)
          ? [true, 'contains the address']
          : [false, 'does not contain the address'];
      case 'networks':
        return askNetworks(view, asn);
      case 'scores':
        return askScores(view, pointer, address);
      case 'places':
        return askPlaces(view, address);
      case 'anonymizers':
        return askAnonymizers(view, address);
    }
  } catch {
    return [false, 'has an unreadable record'];
  }
}

function askNetworks(
  { has }: Extract<FeedView, { content: 'networks' }>,
  asn: number | undefined,
): Answer {
  if (asn === undefined) return [false, 'cannot tell: the network is unknown'];
  return has(asn) ? [true, `contains AS${asn}`] : [false, `does not contain AS${asn}`];
}

function askScores(
  { scoreOf }: Extract<FeedView, { content: 'scores' }>,
  { scope }: FeedPointer,
  address: Address,
): Answer {
  const score = scoreOf(address);
  if (score !== undefined) return [true, `has the score ${score}`];
  const { version } = lookupAddress(address);
  const highest = scope?.versions.includes(version) ? scope.unlistedAtMost : 100;
  return [
    false,
    highest < 100
      ? `does not contain the address: its score is at most ${highest}`
      : 'does not contain the address, which proves nothing',
  ];
}

function askPlaces({ places }: Extract<FeedView, { content: 'places' }>, address: Address): Answer {
  const { value, version } = lookupAddress(address);
  const { country, city, asn, organization } = places.find(value, version) ?? {};
  const known = [country, city, asn === undefined ? undefined : `AS${asn}`, organization];
  const text = known.filter((part) => part !== undefined).join(', ');
  return text === '' ? [false, 'has no record of the address'] : [true, text];
}

function askAnonymizers(
  { anonymizers }: Extract<FeedView, { content: 'anonymizers' }>,
  address: Address,
): Answer {
  const flags = Object.entries(anonymizers.flagsOf(address) ?? {});
  const names = flags.flatMap(([name, isSet]) => (isSet ? [name] : []));
  return names.length === 0 ? [false, 'has no flag of the address'] : [true, names.join(', ')];
}
