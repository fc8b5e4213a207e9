import type { FeedRow } from '../../tools/explain/describe-feeds.ts';

/** What the summary shows of a feed: no location, which may contain a token. */
export type SummarizedFeed = Pick<FeedRow, 'id' | 'status' | 'age'>;

/** Characters in a line, which the banner indents. */
const MAX_LINE = 106;

/** Lists the feeds by state and age, in few lines: `3 hours old: tor-exits, crowdsec; absent: partners`. */
export function summarizeFeeds(feeds: readonly SummarizedFeed[]): string[] {
  if (feeds.length === 0) return [];
  const groups = new Map<string, string[]>();
  for (const feed of feeds) {
    const state = describeState(feed);
    groups.set(state, [...(groups.get(state) ?? []), feed.id]);
  }
  const texts = [...groups].map(([state, ids]) => `${state}: ${ids.join(', ')}`);
  return wrap(texts.join('; '));
}

function describeState({ status, age }: SummarizedFeed): string {
  if (status === 'absent') return 'absent';
  return status === 'ready' ? `${age} old` : `${status}, ${age} old`;
}

/** Breaks a text into lines, after the comma or semicolon that ends an item. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const item of text.split(/(?<=[,;]) /)) {
    const last = lines.at(-1);
    if (last === undefined || last.length + 1 + item.length > MAX_LINE) lines.push(item);
    else lines[lines.length - 1] = `${last} ${item}`;
  }
  return lines;
}
