import { createReport } from '../../../app/src/refresher/report.ts';
import { createLog } from '../../../app/src/telemetry/log.ts';

test('a published feed is logged without the sample for its next comparison', () => {
  const lines: string[] = [];
  const log = createLog('info', { write: (line) => lines.push(line) });
  createReport(log, 'test', () => 0).onFeed(
    'tor-exits',
    {
      event: 'feed-published',
      note: undefined,
      accepted: undefined,
      pointer: {
        version: 1,
        feed: 'tor-exits',
        content: 'ranges',
        sha256: 'a'.repeat(64),
        bytes: 10,
        fetchedAt: 0,
        confirmedAt: 0,
        summary: { entries: 4, terms: 'https://lists.example', sample: 'A'.repeat(1_000) },
      },
    },
    1,
  );
  expect(JSON.parse(lines.join())).toMatchObject({
    event: 'feed-published',
    summary: { entries: 4, terms: 'https://lists.example' },
  });
  expect(lines.join()).not.toContain('sample');
});
