import { parseAddress } from '../../../src/signals/address/parse.ts';
import { UsageError } from '../../../tools/errors.ts';
import type { GivenSignals } from '../../../tools/policy/given/given.ts';
import {
  parseCauses,
  parseSignalFields,
  type SignalField,
} from '../../../tools/policy/given/signal-fields.ts';
import { withSuggestion } from '../../../tools/suggest.ts';
import { readPair } from './pairs.ts';

/** The options of `policy explain` that describe signals. */
export interface SignalOptions {
  readonly address?: string;
  readonly country?: string;
  readonly score?: string;
  readonly signal?: readonly string[];
  readonly feed?: readonly string[];
  readonly unknown?: readonly string[];
}

/** @throws UsageError if the options are not valid, or contradict each other. */
export function readSignals(options: SignalOptions): GivenSignals {
  const { address, country, score, signal = [], feed = [], unknown = [] } = options;
  const fields = [
    ...namedField('geo.country', country?.toUpperCase(), '--country'),
    ...namedField('abuse.score', score, '--score'),
    ...signal.map((pair) => {
      const [name, value] = readPair(pair, '--signal', 'abuse.tor=true');
      return { name, value, label: `--signal ${name}` };
    }),
  ];
  const signals = parseSignalFields(fields);
  const causes = parseCauses(
    unknown.map((pair) => readPair(pair, '--unknown', 'reputation=timeout')),
    '--unknown',
  );
  const feeds = feed.map((pair) => readFeed(pair));
  rejectContradictions({ ...signals, address, feeds: feeds[0] && {} }, causes);
  rejectSignalsWithoutLookup({ ...signals, address }, causes);
  return {
    ...signals,
    ...(address !== undefined && { address: address.trim() }),
    ...(feeds.length > 0 && { feeds: Object.fromEntries(feeds) }),
    ...(unknown.length > 0 && { unknown: causes }),
  };
}

function namedField(name: string, value: string | undefined, label: string): SignalField[] {
  return value === undefined ? [] : [{ name, value, label }];
}

function rejectContradictions(
  { address, geo, network, anonymizer, abuse, feeds }: GivenSignals,
  causes: Readonly<Record<string, unknown>>,
): void {
  const given = { address, geo, network, anonymizer, feeds, reputation: abuse };
  for (const [signal, value] of Object.entries(given)) {
    if (value !== undefined && causes[signal] !== undefined) {
      throw new UsageError(
        `The signal ${signal} cannot be both given and unknown: remove --unknown ${signal}=${causes[signal]}, or the option that gives it.`,
      );
    }
  }
}

/** The service looks up public addresses only. */
function rejectSignalsWithoutLookup(
  { address, geo, network, anonymizer, abuse }: GivenSignals,
  causes: Readonly<Record<string, unknown>>,
): void {
  const found = address === undefined ? undefined : parseAddress(address.trim());
  const isNonPublic = found !== undefined && !found.public;
  if (!isNonPublic && causes.address === undefined) return;
  const given = Object.entries({ geo, network, anonymizer, abuse }).filter(([, one]) => one);
  if (given.length === 0) return;
  const why = isNonPublic ? `${found.value} is ${found.cause}` : 'is unknown';
  throw new UsageError(
    `The address ${why} and is not looked up, so it cannot have ${given.map(([name]) => name).join(', ')}: give another address, or remove what it cannot have.`,
  );
}

const FEED_ANSWERS = { yes: true, no: false, absent: 'absent', expired: 'expired' } as const;

/** @throws UsageError if the policy does not name a feed that is given. */
export function rejectUnknownFeeds(
  given: readonly string[],
  { feeds }: { readonly feeds: readonly string[] },
): void {
  const unknown = given.find((id) => !feeds.includes(id));
  if (unknown === undefined) return;
  const message = `--feed: the policy has no feed ${unknown}`;
  throw new UsageError(
    feeds.length === 0
      ? `${message}: remove the option, or add ${unknown} to feeds in the policy.`
      : withSuggestion(message, unknown, feeds),
  );
}

function readFeed(pair: string): [string, boolean | 'absent' | 'expired'] {
  const [id, answer] = readPair(pair, '--feed', 'tor-exits=yes');
  if (!Object.hasOwn(FEED_ANSWERS, answer)) {
    throw new UsageError(`--feed: ${id} must be yes, no, absent or expired, got "${answer}".`);
  }
  return [id, FEED_ANSWERS[answer as keyof typeof FEED_ANSWERS]];
}
