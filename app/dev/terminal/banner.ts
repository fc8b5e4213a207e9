import { styleText } from 'node:util';
import { BUNDLED_NOTICE, isBundledGeoDatabase } from '../../src/signals/geo/database.ts';
import { displayText } from '../../tools/display.ts';
import type { ReportedFeed } from '../local-feeds.ts';
import { type SummarizedFeed, summarizeFeeds } from './feed-summary.ts';

export interface BannerOptions {
  readonly endpoint: string;
  readonly console: string;
  /** The header with which the identity server authenticates. */
  readonly credential: readonly [name: string, value: string];
  readonly policyFile: string;
  /** URL of the simulated AbuseIPDB. Absent when the real one is used. */
  readonly simulator: string | undefined;
  readonly geoDatabases: readonly string[];
  /** What the refresher reported about the simulated feeds. Absent when the feeds are real. */
  readonly simulatedFeeds?: readonly ReportedFeed[] | undefined;
  /** The feeds in `FEEDS`, as the service has loaded them. */
  readonly feeds: readonly SummarizedFeed[];
  /** Warnings that were logged while the service started. */
  readonly warnings: readonly string[];
  /** A request of the identity server, for the `curl` command. */
  readonly requestBody: string;
}

/** What `startLocalFeeds` publishes as `geolite2-country`. */
const SIMULATED_COUNTRIES =
  'The simulated feed geolite2-country, which has the networks of the bundled database.';

/** Returns the first output of `npm start`: the addresses, the simulated parts, and a command to try. */
export function banner(options: BannerOptions): string {
  const [headerName, headerValue] = options.credential;
  const countries = options.geoDatabases.flatMap((path) =>
    isBundledGeoDatabase(path)
      ? [...(options.simulatedFeeds === undefined ? [] : [SIMULATED_COUNTRIES]), ...BUNDLED_NOTICE]
      : [path],
  );
  const rows: readonly (readonly [name: string, ...lines: string[]])[] = [
    ['Endpoint', options.endpoint],
    ['Credential', `${headerName}: ${headerValue}`],
    ['Console', `${options.console}  (live decisions and their reasons)`],
    ['Policy', options.policyFile],
    [
      'AbuseIPDB',
      ...(options.simulator === undefined
        ? ['the real one, with your ABUSEIPDB_API_KEY']
        : [
            `${options.simulator}  SIMULATED, with invented scores`,
            'Set ABUSEIPDB_API_KEY for the real one.',
          ]),
    ],
    ['DynamoDB', 'simulated, in memory'],
    ['Countries', ...countries],
    ['Feeds', ...describeFeeds(options)],
  ];
  return [
    '',
    heading('Risk Gate is running on this machine'),
    ...rows.map(([name, ...lines]) => `  ${name.padEnd(12)}${lines.join(`\n${' '.repeat(14)}`)}`),
    ...(options.warnings.length === 0
      ? []
      : [
          '',
          heading('Warnings'),
          ...options.warnings.map((warning) => `  ${displayText(warning)}`),
        ]),
    '',
    heading('Try it'),
    `  curl -s ${options.endpoint} \\`,
    `    -H ${shellQuote(`${headerName}: ${headerValue}`)} -H 'content-type: application/json' \\`,
    `    -d ${shellQuote(options.requestBody)}`,
    '',
  ].join('\n');
}

function describeFeeds({ simulatedFeeds, feeds }: BannerOptions): readonly string[] {
  const summary = summarizeFeeds(feeds);
  if (simulatedFeeds === undefined) return summary.length === 0 ? ['none'] : summary;
  const failed = simulatedFeeds.filter(({ event }) => event !== 'feed-published');
  return [
    'SIMULATED, with invented entries. The console lists them, and says what each knows of an address.',
    ...summary,
    ...failed.map(({ feed, event, why = '' }) => `${feed}: ${event} ${why}`),
    'Set FEEDS and FEED_STORE for feeds of your own (docs/feeds.md).',
  ];
}

/** Highlights the heading of a section. */
export function heading(text: string): string {
  return styleText('bold', text);
}

/** Quotes an argument for a POSIX shell: a credential may contain quotes. */
function shellQuote(argument: string): string {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
