import { Tallies } from '../../../../../app/tools/policy/replay/tallies.ts';

test('keys are counted with their weights, highest first', () => {
  const tallies = new Tallies();
  for (const [key, weight] of [
    ['a', 1],
    ['b', 20],
    ['a', 1],
    ['c', 1],
  ] as const) {
    tallies.add(key, weight);
  }
  expect(tallies.top(2)).toEqual({
    top: [
      { key: 'b', records: 1, decisions: 20 },
      { key: 'a', records: 2, decisions: 2 },
    ],
    more: 1,
    approximate: false,
  });
});

test('with too many keys, the rare ones are forgotten and the frequent ones are exact', () => {
  const tallies = new Tallies(10);
  for (let at = 0; at < 1000; at += 1) {
    tallies.add('frequent', 1);
    tallies.add(`rare-${at}`, 1);
  }
  const { top, more, approximate } = tallies.top(1);
  expect(top).toEqual([{ key: 'frequent', records: 1000, decisions: 1000 }]);
  expect(more).toBeLessThan(10);
  expect(approximate).toBe(true);
});
