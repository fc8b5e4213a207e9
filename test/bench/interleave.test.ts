import { interleave } from './interleave.ts';

test('each round measures every server once and starts with a different one', async () => {
  const measured: string[] = [];
  const samples = await interleave(['a', 'b', 'c'], 4, async (name, round) => {
    measured.push(name);
    return `${name}${round}`;
  });
  expect(measured.join('')).toBe('abcbcacababc');
  expect(samples).toEqual({
    a: ['a0', 'a1', 'a2', 'a3'],
    b: ['b0', 'b1', 'b2', 'b3'],
    c: ['c0', 'c1', 'c2', 'c3'],
  });
});
