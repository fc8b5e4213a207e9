import { clipExcerpt } from '../../../../../app/tools/policy/candidate/clip-excerpt.ts';

const LONG = `${'a'.repeat(500)}MARKED${'b'.repeat(500)}`;

test.each<[string, string, { from: number; to: number }, string]>([
  ['a short line', 'when: MARKED', { from: 7, to: 13 }, 'MARKED'],
  ['a line with tabs', '\twhen: MARKED', { from: 8, to: 14 }, 'MARKED'],
  ['a long line', LONG, { from: 501, to: 507 }, 'MARKED'],
  ['the beginning of a long line', LONG, { from: 1, to: 5 }, 'aaaa'],
  ['the end of a long line', LONG, { from: 1003, to: 1007 }, 'bbbb'],
  ['most of a long line', LONG, { from: 501, to: 1007 }, `MARKED${'b'.repeat(114)}`],
])('%s keeps its mark', (_, excerpt, caret, marked) => {
  const clipped = clipExcerpt({ excerpt, caret });
  expect(clipped.text.length).toBeLessThanOrEqual(162);
  expect(clipped.text.slice(clipped.caret.from - 1, clipped.caret.to - 1)).toBe(marked);
});
