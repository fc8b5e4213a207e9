import { setImmediate as nextTurn } from 'node:timers/promises';
import { RequestBatcher } from '../../../app/src/http/request-batcher.ts';

/** Lets everything happen that waits for no turn of the event loop. */
const microtasks = () => new Promise<void>((resolve) => process.nextTick(resolve));

/** What becomes of a request between the two steps. */
type Fate = 'decided' | 'failed' | 'waits for a lookup';

let cohort: RequestBatcher;
let steps: string[];

beforeEach(() => {
  cohort = new RequestBatcher();
  steps = [];
});

/** Lets requests arrive together, and writes down the steps that they take. */
function arrive(...requests: readonly (readonly [name: string, fate?: Fate])[]) {
  return requests.map(async ([name, fate = 'decided']) => {
    await cohort.afterReads();
    steps.push(`${name} begins`);
    await microtasks();
    steps.push(`${name} ${fate}`);
    if (fate !== 'decided') return;
    await cohort.afterDecisions();
    steps.push(`${name} answered`);
  });
}

test('A request that is alone goes on at the end of the turn, and is answered at once', async () => {
  void arrive(['a']);
  await microtasks();
  expect(steps).toEqual([]);
  await nextTurn();
  expect(steps).toEqual(['a begins', 'a decided', 'a answered']);
});

test.each<[string, [string, Fate?][], string[]]>([
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
      'a answered',
      'b answered',
      'c answered',
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
      'a answered',
      'c answered',
    ],
  ],
  [
    'the last one fails',
    [['a'], ['b', 'failed']],
    ['a begins', 'a decided', 'b begins', 'b failed', 'a answered'],
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
      'a answered',
      'b answered',
    ],
  ],
])(
  'Requests that arrive together are decided one by one, then answered: %s',
  async (_, requests, expected) => {
    void arrive(...requests);
    // In the second turn there is nothing left to read, and nobody to be waited for.
    await nextTurn();
    await nextTurn();
    expect(steps).toEqual(expected);
  },
);

test('An answer is held for 63 others at the most', async () => {
  const names = Array.from({ length: 130 }, (_, index) => `${index}`);
  await Promise.all(arrive(...names.map((name) => [name] as const)));
  const answered = names.map((name) => steps.indexOf(`${name} answered`));
  for (const [name, last] of [
    [0, 63],
    [63, 63],
    [64, 127],
    [127, 127],
    [128, 129],
    [129, 129],
  ] as const) {
    expect(answered[name]).toBeGreaterThan(steps.indexOf(`${last} decided`));
    if (last < 129) expect(answered[name]).toBeLessThan(steps.indexOf(`${last + 1} decided`));
  }
});

test('Back from its lookup, a request is answered at once', async () => {
  void arrive(['a', 'waits for a lookup']);
  await nextTurn();
  void cohort.afterDecisions().then(() => steps.push('a answered'));
  await microtasks();
  expect(steps.at(-1)).toBe('a answered');
});

test('Back from its lookup while others have just been read, it is answered with them', async () => {
  void arrive(['a', 'waits for a lookup']);
  await nextTurn();
  const others = arrive(['b'], ['c']);
  void cohort.afterDecisions().then(() => steps.push('a answered'));
  await Promise.all(others);
  expect(steps.slice(-3)).toEqual(['a answered', 'b answered', 'c answered']);
});
