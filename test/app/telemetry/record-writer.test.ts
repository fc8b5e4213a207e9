import { createLog, recordWriter } from '../../../app/src/telemetry/log.ts';

/** The line that a record of one id leaves. */
function lineOf(id: string): string {
  const lines: string[] = [];
  const write = recordWriter(createLog('fatal', { write: (line) => void lines.push(line) }));
  write({ event: 'decision', id });
  return lines.join('');
}

describe('what a terminal would obey, or a reader take for the end of a line, stands in a record by its number', () => {
  test.each([
    ['plain text', 'a~z', 'a~z'],
    ['a line feed', '\n', '\\n'],
    ['an escape', '\u001b[2J', '\\u001b[2J'],
    ['delete', '\u007f', '\\u007f'],
    ['the first control beyond ASCII', '\u0080', '\\u0080'],
    ['the last one', '\u009f', '\\u009f'],
    ['the first character behind them, as it is', '\u00a0', '\u00a0'],
    ['a letter beyond ASCII, as it is', 'zoë', 'zoë'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['several, among letters', 'ë\u007fë\u2028', 'ë\\u007fë\\u2028'],
  ])('%s', (_, id, written) => {
    const line = lineOf(id);

    expect(line).toMatch(/^\{"level":"info","time":"[^"]+","event":"decision","id":"[^"]*"\}\n$/);
    expect(line).toContain(`"id":"${written}"`);
    expect(JSON.parse(line).id).toBe(id);
  });
});
