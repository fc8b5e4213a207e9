import { type SummarizedFeed, summarizeFeeds } from '../../../../app/dev/terminal/feed-summary.ts';

function ready(id: string, age = '2 hours'): SummarizedFeed {
  return { id, status: 'ready', age };
}

describe('The summary of feeds', () => {
  test.each<[string, SummarizedFeed[], string[]]>([
    ['is empty without feeds', [], []],
    [
      'lists feeds of one age together, in the order of FEEDS',
      [ready('tor-exits'), ready('aws-ranges', '3 days'), ready('crowdsec')],
      ['2 hours old: tor-exits, crowdsec; 3 days old: aws-ranges'],
    ],
    [
      'names the states other than ready',
      [
        { id: 'partners', status: 'absent' },
        { ...ready('tor-exits', '3 days'), status: 'expired' },
        { ...ready('geolite2-asn', '3 days'), status: 'outdated' },
      ],
      ['absent: partners; expired, 3 days old: tor-exits; outdated, 3 days old: geolite2-asn'],
    ],
  ])('%s', (_, feeds, lines) => {
    expect(summarizeFeeds(feeds)).toEqual(lines);
  });

  test('has as few lines of at most 106 characters as possible', () => {
    const ids = Array.from({ length: 20 }, (_, index) => `list-of-partner-${index}`);
    const lines = summarizeFeeds(ids.map((id) => ready(id)));
    expect(lines.join(' ')).toBe(`2 hours old: ${ids.join(', ')}`);
    for (const [index, line] of lines.entries()) {
      expect(line.length).toBeLessThanOrEqual(106);
      const [nextItem] = lines[index + 1]?.split(' ') ?? [];
      if (nextItem !== undefined) expect(`${line} ${nextItem}`.length).toBeGreaterThan(106);
    }
  });
});
