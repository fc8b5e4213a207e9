import { setImmediate as turnEnd } from 'node:timers/promises';
import { Cohort } from '../../app/src/cohort.ts';

/** Lets requests gather that say when they go on. */
function gathering() {
  const cohort = new Cohort();
  const wentOn: string[] = [];
  return {
    wentOn,
    async arrive(...names: string[]) {
      await Promise.all(names.map((name) => cohort.gather('{}').then(() => wentOn.push(name))));
    },
  };
}

/** Lets everything happen that waits for no turn of the event loop. */
const microtasks = () => new Promise<void>((resolve) => process.nextTick(resolve));

const KB = 1024;

const names = (count: number) => Array.from({ length: count }, (_, index) => `request ${index}`);

test.each([
  ['one alone', 1],
  ['a few', 5],
  ['one less than a cohort holds', 63],
])(
  'What arrived in one turn of the event loop goes on at its end, in order: %s',
  async (_, count) => {
    const { wentOn, arrive } = gathering();
    void arrive(...names(count));
    await Promise.resolve();
    expect(wentOn).toEqual([]);
    await turnEnd();
    expect(wentOn).toEqual(names(count));
  },
);

test.each([
  ['as many as a cohort holds', 64, 64],
  ['some more, who make up the next one', 70, 64],
  ['two cohorts', 128, 128],
])('A cohort that is full goes on at once: %s', async (_, count, atOnce) => {
  const { wentOn, arrive } = gathering();
  const all = arrive(...names(count));
  await microtasks();
  expect(wentOn).toEqual(names(atOnce));
  await all;
  expect(wentOn).toEqual(names(count));
});

test.each([
  ['one body of 256 KB', [256 * KB], 1],
  ['one of 1 MB', [1024 * KB], 1],
  ['a small one and a large one', [2 * KB, 255 * KB], 2],
  ['large ones', [200 * KB, 200 * KB, 200 * KB], 2],
  ['one of a user with many groups, which is alone', [243 * KB], 0],
])('A cohort of large bodies is full sooner: %s', async (_, sizes, atOnce) => {
  const cohort = new Cohort();
  let wentOn = 0;
  const all = sizes.map((size) => cohort.gather(' '.repeat(size)).then(() => wentOn++));
  await microtasks();
  expect(wentOn).toBe(atOnce);
  await Promise.all(all);
  expect(wentOn).toBe(sizes.length);
});

test('Who arrives behind a full cohort goes on at the end of the turn, as ever', async () => {
  const { wentOn, arrive } = gathering();
  await arrive(...names(64));
  void arrive('the next');
  await Promise.resolve();
  expect(wentOn).not.toContain('the next');
  await turnEnd();
  expect(wentOn.at(-1)).toBe('the next');
});

test('Who arrives while a cohort goes on belongs to the next', async () => {
  const cohort = new Cohort();
  const wentOn: string[] = [];
  const first = cohort.gather('{}').then(() => {
    wentOn.push('first');
    return cohort.gather('{}').then(() => wentOn.push('second'));
  });
  await turnEnd();
  expect(wentOn).toEqual(['first']);
  await first;
  expect(wentOn).toEqual(['first', 'second']);
});

test('One of a cohort that fails stops none of the others', async () => {
  const cohort = new Cohort();
  const results = await Promise.allSettled([
    cohort.gather('{}').then(() => Promise.reject(new Error('broken'))),
    cohort.gather('{}').then(() => 'went on'),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
});
