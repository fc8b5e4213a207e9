import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestBatcher } from '../../../app/src/http/request-batcher.ts';

/** Runs everything that does not wait for a turn of the event loop. */
const microtasks = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** What happens to a request between the two steps. */
type Progress = 'decided' | 'failed' | 'waits for a lookup';

let batcher: RequestBatcher;
let steps: string[];

beforeEach(() => {
  batcher = new RequestBatcher();
  steps = [];
});

/** Lets requests arrive together, and records their steps. */
function arrive(...requests: readonly (readonly [name: string, progress?: Progress])[]) {
  return requests.map(async ([name, progress = 'decided']) => {
    await batcher.afterReads();
    steps.push(`${name} begins`);
    await microtasks();
    steps.push(`${name} ${progress}`);
    if (progress !== 'decided') return;
    await batcher.afterDecisions();
    steps.push(`${name} responded to`);
  });
}

test('a single request continues in the next turn, and is responded to immediately', async () => {
  void arrive(['a']);
  await microtasks();
  expect(steps).toEqual([]);
  await nextTurn();
  expect(steps).toEqual(['a begins', 'a decided', 'a responded to']);
});

test.each<[string, [string, Progress?][], string[]]>([
  [
    'all are decided',
    [['a'], ['b'], ['c']],
    [
      'a begins',
      'a decided',
      'b begins',
      'b decided',
      'c begins',
      'c decided',
      'a responded to',
      'b responded to',
      'c responded to',
    ],
  ],
  [
    'one fails',
    [['a'], ['b', 'failed'], ['c']],
    [
      'a begins',
      'a decided',
      'b begins',
      'b failed',
      'c begins',
      'c decided',
      'a responded to',
      'c responded to',
    ],
  ],
  [
    'the last one fails',
    [['a'], ['b', 'failed']],
    ['a begins', 'a decided', 'b begins', 'b failed', 'a responded to'],
  ],
  [
    'the last one waits for a lookup',
    [['a'], ['b'], ['c', 'waits for a lookup']],
    [
      'a begins',
      'a decided',
      'b begins',
      'b decided',
      'c begins',
      'c waits for a lookup',
      'a responded to',
      'b responded to',
    ],
  ],
])(
  'requests that arrive together are decided one by one, then responded to: %s',
  async (_, requests, expected) => {
    void arrive(...requests);
    // In the second turn nothing is left to read or to wait for.
    await nextTurn();
    await nextTurn();
    expect(steps).toEqual(expected);
  },
);

test('a batch has at most 64 responses', async () => {
  const names = Array.from({ length: 130 }, (_, index) => `${index}`);
  await Promise.all(arrive(...names.map((name) => [name] as const)));
  const responded = names.map((name) => steps.indexOf(`${name} responded to`));
  for (const [name, last] of [
    [0, 63],
    [63, 63],
    [64, 127],
    [127, 127],
    [128, 129],
    [129, 129],
  ] as const) {
    expect(responded[name]).toBeGreaterThan(steps.indexOf(`${last} decided`));
    if (last < 129) expect(responded[name]).toBeLessThan(steps.indexOf(`${last + 1} decided`));
  }
});

test('after its lookup, a request is responded to immediately', async () => {
  void arrive(['a', 'waits for a lookup']);
  await nextTurn();
  void batcher.afterDecisions().then(() => steps.push('a responded to'));
  await microtasks();
  expect(steps.at(-1)).toBe('a responded to');
});

test('after its lookup, a request is responded to with others that have just been read', async () => {
  void arrive(['a', 'waits for a lookup']);
  await nextTurn();
  const others = arrive(['b'], ['c']);
  void batcher.afterDecisions().then(() => steps.push('a responded to'));
  await Promise.all(others);
  expect(steps.slice(-3)).toEqual(['a responded to', 'b responded to', 'c responded to']);
});
