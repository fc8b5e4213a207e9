import { type LineKind, readLine } from '../../../../app/tools/records/read-line.ts';

const RECORD = { level: 'info', event: 'decision', outcome: 'refuse', client_id: 'a"b{}' };
const JSON_LINE = JSON.stringify(RECORD);
const SUBSCRIPTION = JSON.stringify({
  messageType: 'DATA_MESSAGE',
  logEvents: [
    { id: '1', message: JSON_LINE },
    { id: '2', message: JSON_LINE },
  ],
});

/** Reads a line, and returns its kind and the records in it. */
function read(line: string): [LineKind, readonly unknown[]] {
  const records: unknown[] = [];
  const kind = readLine(line, (value) => {
    const isRecord = (value as { event?: string }).event === 'decision';
    if (isRecord) records.push(value);
    return isRecord;
  });
  return [kind, records];
}

test.each<[string, string, number]>([
  ['a line of the log', JSON_LINE, 1],
  ['a CloudWatch export', `2026-01-05T10:30:00.000Z ${JSON_LINE}`, 1],
  ['aws logs tail', `2026-01-05T10:30:00.000000+00:00 service/risk-gate/0a1b ${JSON_LINE}`, 1],
  ['aws logs filter-log-events', `            "message": ${JSON.stringify(JSON_LINE)},`, 1],
  ['aws logs get-query-results', `                "value": ${JSON.stringify(JSON_LINE)}`, 1],
  ['the same as one document', JSON.stringify({ events: [{ message: JSON_LINE }] }), 1],
  [
    'Logs Insights as one document',
    JSON.stringify({ results: [[{ field: '@message', value: JSON_LINE }]] }),
    1,
  ],
  ['Logs Insights as JSON', JSON.stringify([{ '@timestamp': 'x', '@message': RECORD }]), 1],
  ['Logs Insights as CSV', `2026-01-05 10:30:00.000,"${JSON_LINE.replaceAll('"', '""')}"`, 1],
  ['only the message in CSV', `"${JSON_LINE.replaceAll('"', '""')}"`, 1],
  ['a subscription', SUBSCRIPTION, 2],
  ['subscription records without a line feed', SUBSCRIPTION + SUBSCRIPTION, 4],
  ['log lines without a line feed', JSON_LINE + JSON_LINE, 2],
  [
    'aws logs filter-log-events as text',
    `EVENTS\t37\t1767609000123\ta/b\t${JSON_LINE}\t1767609000000`,
    1,
  ],
  ['messages as text', `${JSON_LINE}\t${JSON_LINE}\t${JSON_LINE}`, 3],
  ['a list of messages', `    ${JSON.stringify(JSON_LINE)},`, 1],
  ['aws logs tail with colours', `\u001b[32m2026-01-05T10:30:00\u001b[0m ${JSON_LINE}`, 1],
  ['a log with names in brackets', `[pod/risk-gate-0a1b] ${JSON_LINE}`, 1],
  ['a log after a tab', `2026-01-05T10:30:00Z\tservice\t${JSON_LINE}`, 1],
  ['a container log', JSON.stringify({ log: `${JSON_LINE}\n`, stream: 'stdout' }), 1],
])('finds the records in %s', (_, line, count) => {
  expect(read(line)).toEqual(['records', Array.from({ length: count }, () => RECORD)]);
});

test.each<[LineKind, string]>([
  ['other', '{"level":"info","event":"metrics","decisions":3}'],
  ['other', '{"level":"warn","msg":"The decision took too long."}'],
  ['other', 'The service decides: decision records follow'],
  ['other', 'START RequestId: 1'],
  ['broken', JSON_LINE.slice(0, -5)],
  ['broken', `2026-01-05T10:30:00.000Z ${JSON_LINE.slice(0, -5)}`],
  ['broken', '{"level":"info","time":"2026-01'],
  ['layout', ''],
  ['layout', '{'],
  ['layout', '    "events": ['],
  ['layout', '            "timestamp": 1767609000000,'],
  ['layout', '            "logStreamName": "service/risk-gate/decision",'],
  ['layout', '        },'],
  ['layout', '        "failed": [],'],
  ['layout', '            "high-ip-risk"'],
  ['layout', '            75,'],
  ['layout', '2026-01-05T10:30:00.123000+00:00 service/risk-gate/0a1b '],
])('a line is %s: %s', (kind, line) => {
  expect(read(line)).toEqual([kind, []]);
});
