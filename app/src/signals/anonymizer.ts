import type { AnonymizerField, AnonymizerStatement, Feed } from '../feeds/model/feed.ts';
import { type Address, lookupAddress } from './address/address.ts';
import type { AnonymizerCause, NonPublicCause } from './causes.ts';
import type { RequestFeeds } from './feeds/request-feeds.ts';
import { known, type Signal, unknown } from './signal.ts';

/** Why no source can tell whether an address is an anonymizer of one kind. */
export type AnonymizerFieldCause = Exclude<AnonymizerCause, NonPublicCause>;

/** Whether an address is an anonymizer, by kind, or why that is unknown. */
export type Anonymizer = Readonly<Record<AnonymizerField, boolean | AnonymizerFieldCause>>;

/** What a source says about an address; `undefined` if it cannot tell. */
type Answer = boolean | AnonymizerFieldCause | undefined;

/** Fields of databases with the records of MaxMind's Anonymous IP. */
const DATABASE_FIELDS = ['vpn', 'tor', 'proxy', 'hosting'] as const;

/** X4BNet's list of VPNs contains Apple's Private Relay. */
const LISTS_WITH_RELAYS: ReadonlySet<string> = new Set(['x4bnet-vpn']);

/** The answer that counts first: of several sources, any one can say that an address is an anonymizer. */
const PRECEDENCE: readonly Answer[] = [true, false, 'database', 'expired', 'absent', undefined];

const NO_ANSWERS: Anonymizer = {
  vpn: 'absent',
  tor: 'absent',
  proxy: 'absent',
  hosting: 'absent',
  relay: 'absent',
};

/**
 * Combines all sources that know anonymizers. A field is true if any source says so, false if a source that can tell
 * says no, and unknown otherwise. An expired feed says nothing.
 */
export function findAnonymizer(
  address: Address,
  feeds: RequestFeeds,
): Signal<Anonymizer, NonPublicCause> {
  if (!address.public) return unknown(address.cause);
  const answers: Record<AnonymizerField, boolean | AnonymizerFieldCause> = { ...NO_ANSWERS };
  const add = (field: AnonymizerField, answer: Answer) => {
    if (answer !== undefined && rankOf(answer) < rankOf(answers[field])) answers[field] = answer;
  };
  for (const { feed } of feeds.configured) {
    const { id, content, anonymizer } = feed;
    if (anonymizer !== undefined) add(anonymizer.field, askList(id, anonymizer, address, feeds));
    if (content === 'anonymizers') {
      for (const field of DATABASE_FIELDS) add(field, askDatabase(id, field, address, feeds));
    }
  }
  return known(answers);
}

/** Returns the fields of which a feed is a source. */
export function anonymizerFieldsOf({
  content,
  anonymizer,
}: Pick<Feed, 'content' | 'anonymizer'>): readonly AnonymizerField[] {
  return content === 'anonymizers' ? DATABASE_FIELDS : anonymizer ? [anonymizer.field] : [];
}

function rankOf(answer: Answer): number {
  return PRECEDENCE.indexOf(answer);
}

function askList(
  id: string,
  { completeFor }: AnonymizerStatement,
  address: Address,
  feeds: RequestFeeds,
): Answer {
  const { status } = feeds.find(id);
  if (status !== 'ready') return status;
  const isListed = isOn(id, address, feeds);
  if (isListed && !(LISTS_WITH_RELAYS.has(id) && isRelay(address, feeds))) return true;
  return completeFor.includes(lookupAddress(address).version) ? false : undefined;
}

function isRelay(address: Address, feeds: RequestFeeds): boolean {
  return feeds.configured.some(
    ({ feed }) => feed.anonymizer?.field === 'relay' && isOn(feed.id, address, feeds),
  );
}

function isOn(id: string, address: Address, feeds: RequestFeeds): boolean {
  const state = feeds.find(id);
  return state.status === 'ready' && state.view.content === 'ranges' && state.view.has(address);
}

function askDatabase(
  id: string,
  field: (typeof DATABASE_FIELDS)[number],
  address: Address,
  feeds: RequestFeeds,
): Answer {
  const state = feeds.find(id);
  if (state.status !== 'ready') return state.status;
  if (state.view.content !== 'anonymizers') return undefined;
  try {
    return state.view.anonymizers.flagsOf(address)?.[field];
  } catch {
    return 'database';
  }
}
