import { readLogFormat } from '../../../../app/dev/terminal/log-format.ts';

describe('LOG_FORMAT', () => {
  test.each([
    [undefined, true, 'pretty'],
    [undefined, false, 'json'],
    ['', true, 'pretty'],
    ['', false, 'json'],
    ['json', true, 'json'],
    ['pretty', false, 'pretty'],
  ] as const)('%p with a terminal (%p) selects %s', (value, isTerminal, format) => {
    expect(readLogFormat(value, isTerminal)).toBe(format);
  });

  test.each(['text', 'JSON', ' json'])('rejects %p', (value) => {
    expect(() => readLogFormat(value, true)).toThrow(
      `LOG_FORMAT must be "pretty" or "json", got "${value}".`,
    );
  });
});
