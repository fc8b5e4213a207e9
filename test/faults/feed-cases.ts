import { mmdbFile } from '../../app/dev/simulator/mmdb.ts';
import { BUILT_IN_FEEDS, FEED_CATALOG } from '../../app/src/feeds/index.ts';
import { type ConfiguredFeed, parseFeeds } from '../../app/src/feeds/model/configured-feeds.ts';
import { networksFile, rangesFile, scoresFile } from '../app/signals/feeds/published-feeds.ts';

/** What every feed says something about. */
export const ADDRESS = '9.9.9.9';
const NETWORK = 64_500;
/** Another country than in the bundled file. */
const COUNTRY = 'BE';

/**
 * What a rule leads to: `matched` if its condition is true, `not-matched` if it is false, otherwise the cause with which
 * a signal is unknown.
 */
export type Outcome = 'matched' | 'not-matched' | 'absent' | 'expired';

/** A condition that depends on a feed. */
export interface FeedCase {
  readonly id: string;
  readonly condition: string;
  /** The value of `FEEDS`. */
  readonly setting: string;
  readonly configured: ConfiguredFeed;
  /** A snapshot with which the condition is true. */
  readonly snapshot: Buffer;
  /** The policy's `feeds`. */
  readonly reliesOn: readonly string[];
  readonly whenAbsent: Outcome;
  readonly whenExpired: Outcome;
}

/** Options without which a feed cannot be configured. */
const REQUIRED_OPTIONS: Readonly<Record<string, string>> = { crowdsec: '#integration=example' };

/** A location database with the network of the address, for feeds of networks. */
export const NETWORK_DATABASE: Buffer = databaseOf({ autonomous_system_number: NETWORK });

/** Every built-in feed and a list of the operator's own, with each kind of condition that reads it. */
export const FEED_CASES: readonly FeedCase[] = [
  ...BUILT_IN_FEEDS.map(({ id }) => `${id}${REQUIRED_OPTIONS[id] ?? ''}`),
  'partners=https://lists.example.net/partners.txt',
].flatMap(casesOf);

function casesOf(setting: string): FeedCase[] {
  const { feeds, issues } = parseFeeds(setting, FEED_CATALOG);
  const [configured] = feeds;
  if (configured === undefined) throw new Error(`FEEDS=${setting} ${issues.join(', ')}.`);
  const { id, content, anonymizer } = configured.feed;
  const known = { id, setting, configured, snapshot: snapshotOf(configured) };
  const signal: Pick<FeedCase, 'reliesOn' | 'whenAbsent' | 'whenExpired'> = {
    reliesOn: [],
    whenAbsent: 'absent',
    whenExpired: 'expired',
  };
  const within = { ...known, ...signal, condition: `address.within("${id}")`, reliesOn: [id] };
  switch (content) {
    case 'places':
      // Their data is used at any age; without it the bundled file knows countries, and nothing knows networks.
      return [
        id === 'geolite2-asn'
          ? { ...known, ...signal, condition: `network.asn == ${NETWORK}`, whenExpired: 'matched' }
          : {
              ...known,
              ...signal,
              condition: `geo.country == "${COUNTRY}"`,
              whenAbsent: 'not-matched',
              whenExpired: 'matched',
            },
      ];
    case 'anonymizers':
      return [{ ...known, ...signal, condition: 'anonymizer.vpn' }];
    case 'scores':
      // An expired list only raises.
      return [
        within,
        { ...known, ...signal, condition: 'abuse.score >= 75', whenExpired: 'matched' },
      ];
    case 'ranges':
      return anonymizer === undefined
        ? [within]
        : [within, { ...known, ...signal, condition: `anonymizer.${anonymizer.field}` }];
    case 'networks':
      return [within];
  }
}

function snapshotOf({ feed }: ConfiguredFeed): Buffer {
  switch (feed.content) {
    case 'places':
      return feed.id === 'geolite2-asn'
        ? NETWORK_DATABASE
        : databaseOf({ country: { iso_code: COUNTRY } });
    case 'anonymizers':
      return databaseOf({ is_anonymous: true, is_anonymous_vpn: true });
    case 'scores':
      return scoresFile({ [ADDRESS]: 90 });
    case 'ranges':
      return rangesFile(`${ADDRESS}/32`);
    case 'networks':
      return networksFile(NETWORK);
  }
}

function databaseOf(record: Parameters<typeof mmdbFile>[0][number][1]): Buffer {
  return mmdbFile([['9.9.9.0/24', record]]);
}
