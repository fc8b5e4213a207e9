import { type Address, lookupAddress } from '../../src/signals/address/address.ts';
import type { Anonymizer } from '../../src/signals/anonymizer.ts';
import type { FeedAnswers } from '../../src/signals/feeds/feed-answers.ts';
import type { Network } from '../../src/signals/network.ts';
import type { HeldBackBy } from '../../src/signals/reputation/admission/admission.ts';
import type {
  Reputation,
  ReputationSignal,
  ReputationSource,
} from '../../src/signals/reputation/reputation.ts';
import {
  type RequestSignals,
  SIGNAL_NAMES,
  type SignalName,
} from '../../src/signals/request-signals.ts';
import type { Signal } from '../../src/signals/signal.ts';
import { formatAge, formatSeconds } from './format.ts';

const SOURCES: Readonly<Record<ReputationSource, string>> = {
  memory: 'memory',
  dynamodb: 'DynamoDB',
  abuseipdb: 'AbuseIPDB',
  'check-block': 'a check of its /24',
};

/** The description of a signal that no rule needed. */
export const NOT_NEEDED = 'not needed by any rule';

export interface SignalDescription {
  readonly name: string;
  /** The value and its source, or why there is no value. */
  readonly description: string;
}

/** Describes each signal of a decided request. */
export function describeSignals(signals: RequestSignals): SignalDescription[] {
  const { address, geo, network, anonymizer, feeds, reputation } = signals;
  const descriptions: Record<SignalName, SignalDescription> = {
    address: { name: 'Address', description: describe(address, describeAddress) },
    geo: { name: 'Country', description: describe(geo, ({ country }) => country ?? 'no country') },
    network: { name: 'Network', description: describe(network, describeNetwork) },
    anonymizer: { name: 'Anonymizer', description: describe(anonymizer, describeAnonymizer) },
    feeds: { name: 'Feeds', description: describe(feeds, describeFeeds) },
    reputation: {
      name: 'Reputation',
      description:
        (describeScore(signals) ??
          describePending(reputation) ??
          describe(reputation, describeReputation)) + describeHeldBack(reputation),
    },
  };
  return SIGNAL_NAMES.map((name) => descriptions[name]);
}

/** Replaces source and age, which a given score does not have. */
export function describeGivenScore({ name, description }: SignalDescription): SignalDescription {
  return { name, description: description.replace(/^(score \d+)\b.*, from .*$/, '$1, as given') };
}

function describe<Value>(
  signal: Signal<Value, string> | undefined,
  describeValue: (value: Value) => string,
): string {
  if (signal === undefined) return NOT_NEEDED;
  return signal.known ? describeValue(signal.value) : `unknown: ${signal.cause}`;
}

function describeAddress(address: Address): string {
  const lookedUp = address.public ? lookupAddress(address) : address;
  return lookedUp === address ? address.value : `${address.value}, looked up as ${lookedUp.value}`;
}

function describeNetwork({ asn, organization }: Network): string {
  return [asn === undefined ? 'no AS number' : `AS${asn}`, organization ?? []].flat().join(', ');
}

function describeAnonymizer(anonymizer: Anonymizer): string {
  return describeAnswers(Object.entries(anonymizer));
}

function describeFeeds({ asked }: FeedAnswers): string {
  return asked.size === 0 ? NOT_NEEDED : describeAnswers([...asked]);
}

/** Returns answers by name, such as `tor: yes, vpn: unknown (expired)`. */
function describeAnswers(answers: readonly (readonly [string, boolean | string])[]): string {
  const describeAnswer = (answer: boolean | string) =>
    typeof answer === 'string' ? `unknown (${answer})` : answer ? 'yes' : 'no';
  return answers.map(([name, answer]) => `${name}: ${describeAnswer(answer)}`).join(', ');
}

function describeScore({ usedProvenScore: proven }: RequestSignals): string | undefined {
  if (proven === undefined) return undefined;
  const { inheritedFrom, listed, min, max } = proven;
  const isListed = listed || inheritedFrom !== undefined;
  const score = isListed ? `score ${min}` : `score at most ${max}`;
  return `${score}${describeSource(inheritedFrom)}, from the blacklist, ${formatAge(proven.age)} old`;
}

function describePending(reputation: ReputationSignal | undefined): string | undefined {
  if (reputation?.known !== false || reputation.cause !== 'pending') return undefined;
  return 'unknown: pending. The lookup continues, so try again';
}

/** Why the address was not looked up. */
const HELD_BACK: Readonly<Record<HeldBackBy, string>> = {
  user: 'the user has had its lookups of this hour',
  client: 'the client has had its lookups of this hour',
  network: 'its network has had its lookups of this hour',
  subnet: 'its /64 has had its lookups of this hour',
  share: 'calls are scarce, and the user or client has had its share of them',
  pace: 'the quota must last until its reset',
  slots: 'too many lookups of the client are in progress',
};

function describeHeldBack(reputation: ReputationSignal | undefined): string {
  const reason = reputation?.heldBackBy;
  return reason === undefined ? '' : `. Not looked up: ${HELD_BACK[reason]}`;
}

function describeReputation(reputation: Reputation): string {
  const { record, inheritedFrom, source, age, stale, staleCause } = reputation;
  const score = `score ${record.score}${describeSource(inheritedFrom)}`;
  const seconds = formatSeconds(Math.round(age / 1000));
  const state = stale ? `, stale (${staleCause})` : '';
  return `${score}, from ${SOURCES[source]}, ${seconds} old${state}`;
}

function describeSource(inheritedFrom: Address | undefined): string {
  return inheritedFrom === undefined ? '' : ` of ${inheritedFrom.value} in the same /64`;
}
