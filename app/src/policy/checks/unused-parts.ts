import type { FeedContent } from '../../feeds/model/feed.ts';
import { SIGNAL_NAMES, type SignalName } from '../../signals/request-signals.ts';
import { isMapping } from '../file/validate.ts';
import type { PolicyCheck } from './policy-parts.ts';

/** Reports lists that no rule reads. */
export const checkUnusedLists: PolicyCheck = ({ lists, references, issues }) => {
  for (const name of lists.keys()) {
    if (references.lists.has(name)) continue;
    issues
      .at('lists', name)
      .warn('unused-list', 'is not used by any rule; use it in a condition, or remove it');
  }
};

/** The signals for which a feed is a source, besides `address.within`. */
const SOURCE_OF: Readonly<Record<FeedContent, readonly SignalName[]>> = {
  places: ['geo', 'network'],
  anonymizers: ['anonymizer'],
  // A list of addresses may be a source of a field of `anonymizer`.
  ranges: ['anonymizer'],
  networks: [],
  scores: ['reputation'],
};

/** Reports feeds that no rule asks, and that are no source of a signal that a rule reads. */
export const checkUnusedFeeds: PolicyCheck = ({ definition, feeds, references, issues }) => {
  for (const [index, id] of definition.feeds.entries()) {
    const sources = SOURCE_OF[feeds.get(id) ?? 'ranges'];
    if (references.feeds.has(id) || sources.some((name) => references.signals.has(name))) continue;
    issues
      .at('feeds', index)
      .warn(
        'unused-feed',
        `no rule reads the feed ${id}; ask it with address.within("${id}"), or remove it`,
      );
  }
};

/** Reports entries of `unknown` that never apply: of signals that no rule reads, and of causes that never occur. */
export const checkUnusedUnknown: PolicyCheck = ({
  definition,
  unknown,
  ruleReferences,
  issues,
}) => {
  for (const name of SIGNAL_NAMES) {
    const entry = definition.unknown[name];
    if (entry === undefined) continue;
    const place = issues.at('unknown', name);
    if (!ruleReferences.signals.has(name)) {
      const subject = name === 'feeds' ? 'asks a feed' : `reads ${name}`;
      place.warn('unused-unknown', `never applies, because no rule ${subject}; remove the entry`);
      continue;
    }
    const used = unknown.filter(({ signal }) => signal === name).map(({ cause }) => cause);
    if (used.includes(undefined) || !isMapping(entry)) continue;
    for (const cause of Object.keys(entry)) {
      if (used.includes(cause)) continue;
      const reason =
        cause === 'default'
          ? 'each cause has an entry of its own'
          : 'the policy has no wait, so it waits for each lookup';
      place.at(cause).warn('unused-unknown', `never applies, because ${reason}; remove the entry`);
    }
  }
};
