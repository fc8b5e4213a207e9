import { createLog, recordWriter } from '../../../app/src/telemetry/log.ts';

/** Returns the line of a record with this id. */
function lineWith(id: string): string {
  const lines: string[] = [];
  const write = recordWriter(createLog('fatal', { write: (line) => void lines.push(line) }));
  write({ event: 'decision', id });
  return lines.join('');
}

describe('The record writer escapes control characters and line separators', () => {
  test.each([
    ['plain text', 'a~z', 'a~z'],
    ['a line feed', '\n', '\\n'],
    ['an escape', '\u001b[2J', '\\u001b[2J'],
    ['delete', '\u007f', '\\u007f'],
    ['the first C1 control', '\u0080', '\\u0080'],
    ['the last C1 control', '\u009f', '\\u009f'],
    ['the first character after them, unchanged', '\u00a0', '\u00a0'],
    ['a non-ASCII letter, unchanged', 'zoë', 'zoë'],
    ['a line separator', '\u2028', '\\u2028'],
    ['a paragraph separator', '\u2029', '\\u2029'],
    ['several among letters', 'ë\u007fë\u2028', 'ë\\u007fë\\u2028'],
  ])('%s', (_, id, escaped) => {
    const line = lineWith(id);

    expect(line).toMatch(/^\{"level":"info","time":"[^"]+","event":"decision","id":"[^"]*"\}\n$/);
    expect(line).toContain(`"id":"${escaped}"`);
    expect(JSON.parse(line).id).toBe(id);
  });
});
