import { inTurn } from './in-turn.ts';

test('Each round asks everybody once, and begins with another one', async () => {
  const asked: string[] = [];
  const samples = await inTurn(['a', 'b', 'c'], 4, async (name, round) => {
    asked.push(name);
    return `${name}${round}`;
  });
  expect(asked.join('')).toBe('abcbcacababc');
  expect(samples).toEqual({
    a: ['a0', 'a1', 'a2', 'a3'],
    b: ['b0', 'b1', 'b2', 'b3'],
    c: ['c0', 'c1', 'c2', 'c3'],
  });
});
