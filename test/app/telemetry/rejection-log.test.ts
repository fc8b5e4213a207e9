import {
  createRejectionLog,
  type RejectionCount,
} from '../../../app/src/telemetry/rejection-log.ts';

/** A log with a clock that stands still until it is moved. Times in milliseconds. */
function rejectionLog() {
  const lines: (RejectionCount & { readonly at: number })[] = [];
  let tasks: { readonly due: number; readonly task: () => void }[] = [];
  let time = 0;
  const log = createRejectionLog(
    (rejections) => lines.push({ ...rejections, at: time }),
    (task, delay) => tasks.push({ due: time + delay, task }),
  );
  return {
    lines,
    log,
    pending: () => tasks.length,
    moveTo(moment: number) {
      time = moment;
      const due = tasks.filter((task) => task.due <= time);
      tasks = tasks.filter((task) => task.due > time);
      for (const { task } of due) task();
    },
  };
}

test('the first one is told at once', () => {
  const { log, lines } = rejectionLog();
  log.add(401, 'wrong');
  expect(lines).toEqual([{ status: 401, count: 1, why: 'wrong', at: 0 }]);
});

test('those that follow are told together, with the last reason, when the second is over', () => {
  const { log, lines, moveTo } = rejectionLog();
  for (const why of ['first', 'second', 'third', 'fourth']) log.add(400, why);
  moveTo(999);
  expect(lines).toHaveLength(1);
  moveTo(1000);
  expect(lines.slice(1)).toEqual([{ status: 400, count: 3, why: 'fourth', at: 1000 }]);
});

test('one status does not hold back another', () => {
  const { log, lines } = rejectionLog();
  log.add(401, 'wrong');
  log.add(400, 'no JSON');
  expect(lines.map(({ status }) => status)).toEqual([401, 400]);
});

test('guesses do not hide that the identity server shows an expired credential', () => {
  const { log, lines, moveTo } = rejectionLog();
  const expired = 'The credential is the previous version, which is not accepted.';
  for (const why of ['wrong', 'wrong', expired, 'wrong', expired, 'wrong']) log.add(401, why);
  moveTo(1000);
  expect(lines.map(({ why, count }) => [why, count])).toEqual([
    ['wrong', 1],
    [expired, 1],
    ['wrong', 3],
    [expired, 1],
  ]);
});

test('after a second without any, the next one is told at once', () => {
  const { log, lines, moveTo, pending } = rejectionLog();
  log.add(401, 'wrong');
  moveTo(1000);
  expect(pending()).toBe(0);
  moveTo(1500);
  log.add(401, 'wrong');
  expect(lines.map(({ at, count }) => [at, count])).toEqual([
    [0, 1],
    [1500, 1],
  ]);
});

test('a flood of 100,000 in ten seconds is a line a second, and each of them is counted', () => {
  const { log, lines, moveTo } = rejectionLog();
  for (let moment = 0; moment < 10_000; moment++) {
    moveTo(moment);
    for (let i = 0; i < 10; i++) log.add(401, 'wrong');
  }
  moveTo(10_000);
  expect(lines.map(({ at }) => at)).toEqual([
    0,
    ...Array.from({ length: 10 }, (_, i) => (i + 1) * 1000),
  ]);
  expect(lines.reduce((sum, { count }) => sum + count, 0)).toBe(100_000);
});

test('what was held back is told at the end, once', () => {
  const { log, lines, moveTo } = rejectionLog();
  for (let i = 0; i < 5; i++) log.add(401, 'wrong');
  log.flush();
  log.flush();
  moveTo(1000);
  expect(lines.map(({ count }) => count)).toEqual([1, 4]);
});
