import { formatLogLine } from '../../../../app/dev/terminal/pretty-log.ts';

// Local time, because that is what the terminal shows.
const TIME = new Date(2026, 0, 5, 10, 42, 7).toISOString();

function format(record: object): string | undefined {
  return formatLogLine(`${JSON.stringify({ level: 'info', time: TIME, ...record })}\n`);
}

test('metrics are hidden', () => {
  expect(format({ event: 'metrics', _aws: {}, Decisions: 4 })).toBeUndefined();
});

test('a decision is formatted as a decision', () => {
  expect(format({ event: 'decision', outcome: 'refuse' })).toMatch(/^10:42:07 {2}✕ refused +–/);
});

describe('Another line', () => {
  test.each([
    [
      'shows its message',
      { level: 'error', event: 'abuseipdb-key-missing', msg: 'There is no key.' },
      '10:42:07  error         abuseipdb-key-missing  There is no key.',
    ],
    [
      'shows its fields if it has no message',
      { level: 'warn', event: 'cache-failure', operation: 'read', status: 503, causes: ['a'] },
      '10:42:07  warn          cache-failure  operation=read status=503 causes=["a"]',
    ],
    [
      'quotes a field with spaces',
      { level: 'warn', event: 'rejected', status: 400, why: 'The body is not JSON.' },
      '10:42:07  warn          rejected  status=400 why="The body is not JSON."',
    ],
    [
      'shows its event alone if it has nothing else',
      { event: 'cache-circuit-closed' },
      '10:42:07  info          cache-circuit-closed',
    ],
    [
      'shows the stack of an error',
      { level: 'error', event: 'internal-error', err: { stack: 'Error: no\n    at x' } },
      '10:42:07  error         internal-error\n    Error: no\n        at x',
    ],
  ])('%s', (_, record, line) => {
    expect(format(record)).toBe(line);
  });

  test.each(['not JSON', '[1', '42'])('is shown unchanged if it is not an object: %s', (line) => {
    expect(formatLogLine(`${line}\n`)).toBe(line);
  });
});

test.each([
  ['a message', { event: 'rejected', msg: 'a\u001b[2Jb\nc' }],
  ['a field', { event: 'rejected', why: 'a\u001b[2Jb\u009bc' }],
  ['a client id', { event: 'decision', outcome: 'issue', client_id: '\u001b[2J\u202e\r' }],
  ['a stack', { event: 'internal-error', err: { stack: 'a\u001b[2J' } }],
])('control characters in %s do not reach the terminal', (_, record) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the test looks for control characters.
  expect(format(record)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
});
