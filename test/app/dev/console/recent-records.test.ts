import { RecentRecords } from '../../../../app/dev/console/recent-records.ts';

test.each([
  [0, []],
  [2, [0, 1]],
  [3, [0, 1, 2]],
  [5, [2, 3, 4]],
  [7, [4, 5, 6]],
])('of %i records, the last three are kept, the oldest first', (count, kept) => {
  const records = new RecentRecords(3);
  for (let id = 0; id < count; id++) records.add({ id }, id * 1000);
  expect(records.list()).toEqual(
    kept.map((id) => ({ id, time: new Date(id * 1000).toISOString() })),
  );
});
