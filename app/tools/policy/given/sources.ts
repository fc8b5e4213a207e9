import type { AnonymizerField } from '../../../src/feeds/model/feed.ts';
import type { Address } from '../../../src/signals/address/address.ts';
import { parseAddress } from '../../../src/signals/address/parse.ts';
import { type AddressOptions, readAddress } from '../../../src/signals/address/read.ts';
import type { AnonymizerFieldCause } from '../../../src/signals/anonymizer.ts';
import type { GeoDatabase } from '../../../src/signals/geo/database.ts';
import type { ReputationSignal } from '../../../src/signals/reputation/reputation.ts';
import type { SignalName, SignalSources } from '../../../src/signals/request-signals.ts';
import { known, unknown } from '../../../src/signals/signal.ts';
import { ToolError } from '../../errors.ts';
import { EXAMPLE_ADDRESS, exampleAddress } from './example-address.ts';
import { GivenFeeds } from './feeds.ts';
import type { GivenAbuse, GivenSignals } from './given.ts';

const HOUR_MS = 3_600_000;

/** A signal that a policy needed, but that was not given. */
export interface NotGiven {
  readonly signal: SignalName;
  /** The cause for which it counts as unknown. */
  readonly cause: string;
  /** The feed, for the signal `feeds`. */
  readonly feed?: string;
}

export interface GivenSources {
  readonly sources: SignalSources;
  /** Signals that were needed so far, but were not given. */
  readonly notGiven: () => readonly NotGiven[];
}

export interface GivenSourcesOptions {
  /** Where the address is read if it is not given. */
  readonly addressOptions: AddressOptions;
  /** Finds the place and the network of an address if they are not given. Without it, they are unknown. */
  readonly places?: Pick<GeoDatabase, 'lookup' | 'lookupNetwork'> | undefined;
}

/**
 * Returns sources that yield the given signals. A signal that is not given is unknown, as if its source had failed. As
 * in the service, an address that is not public has no other signals.
 *
 * @throws ToolError if the address is not valid.
 */
export function givenSources(given: GivenSignals, options: GivenSourcesOptions): GivenSources {
  const { addressOptions, places } = options;
  const causes = given.unknown ?? {};
  const address = readGivenAddress(given);
  const missing = new Map<string, NotGiven>();
  const note = (signal: SignalName, cause: string, feed?: string) =>
    missing.set(feed ?? signal, { signal, cause, ...(feed !== undefined && { feed }) });
  const sources: SignalSources = {
    address({ headers }) {
      if (causes.address !== undefined) return unknown(causes.address);
      if (address !== undefined) return known(address);
      const found = readAddress(headers, addressOptions);
      if (!found.known && found.cause === 'missing') note('address', found.cause);
      return found;
    },
    feeds: () =>
      new GivenFeeds((id) => {
        const answer = causes.feeds ?? given.feeds?.[id];
        if (answer === undefined) note('feeds', 'absent', id);
        return answer ?? 'absent';
      }),
    geo(address) {
      if (causes.geo !== undefined) return unknown(causes.geo);
      if (!address.public) return unknown(address.cause);
      if (given.geo !== undefined) return known(given.geo);
      if (places !== undefined && isLookedUp(address)) return places.lookup(address);
      note('geo', 'not-found');
      return unknown('not-found');
    },
    network(address) {
      if (causes.network !== undefined) return unknown(causes.network);
      if (!address.public) return unknown(address.cause);
      const { asn, organization } = given.network ?? given.geo ?? {};
      if (asn !== undefined || organization !== undefined) {
        return known({ ...(asn !== undefined && { asn }), ...(organization && { organization }) });
      }
      const found = isLookedUp(address) ? places?.lookupNetwork(address) : undefined;
      if (found !== undefined && (found.known || found.cause !== 'absent')) return found;
      note('network', 'absent');
      return unknown('absent');
    },
    anonymizer(address) {
      const cause = causes.anonymizer;
      if (cause === 'private' || cause === 'reserved') return unknown(cause);
      if (!address.public) return unknown(address.cause);
      if (cause === undefined && given.anonymizer === undefined) note('anonymizer', 'absent');
      const answer = (field: AnonymizerField): boolean | AnonymizerFieldCause =>
        cause ?? given.anonymizer?.[field] ?? 'absent';
      return known({
        vpn: answer('vpn'),
        tor: answer('tor'),
        proxy: answer('proxy'),
        hosting: answer('hosting'),
        relay: answer('relay'),
      });
    },
    score: () => undefined,
    reputation({ address }) {
      if (causes.reputation !== undefined) return unknown(causes.reputation);
      if (!address.public) return unknown(address.cause);
      if (given.abuse !== undefined) return reputationOf(given.abuse);
      note('reputation', 'upstream');
      return unknown('upstream');
    },
  };
  return { sources, notGiven: () => [...missing.values()] };
}

/** The address of an example has no place and no network. */
function isLookedUp({ value }: Address): boolean {
  return value !== EXAMPLE_ADDRESS;
}

function readGivenAddress(given: GivenSignals): Address | undefined {
  if (given.address !== undefined) {
    const address = parseAddress(given.address);
    if (address === undefined) throw new ToolError(`"${given.address}" is not a valid address.`);
    return given.signed ? { ...address, signed: true } : address;
  }
  const { geo, network, anonymizer, abuse, feeds, unknown: causes = {} } = given;
  const othersAreGiven = [geo, network, anonymizer, abuse, feeds].some((one) => one !== undefined);
  const { address: _, ...others } = causes;
  return othersAreGiven || Object.keys(others).length > 0 ? exampleAddress() : undefined;
}

function reputationOf(abuse: GivenAbuse): ReputationSignal {
  const { age_hours = 0, stale = false, inherited = false, ...record } = abuse;
  return known({
    record: { ...record, checkedAt: 0 },
    ...(inherited && { inheritedFrom: exampleAddress() }),
    source: 'abuseipdb',
    stale,
    ...(stale && { staleCause: 'upstream' }),
    age: age_hours * HOUR_MS,
  });
}
