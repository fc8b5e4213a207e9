import { formatDay, weekdayOf } from '../../../../app/tools/status/activity.ts';
import { findSilentClients } from '../../../../app/tools/status/silent-clients.ts';
import { daysOf, TODAY, windowOf } from '../../../support/activity.ts';

test('The last day of the pictures is a Saturday', () => {
  expect([formatDay(TODAY), weekdayOf(TODAY)]).toEqual(['2026-11-28', 6]);
});

/** From Friday to Saturday, two weeks later: fifteen complete days, and today. */
const OTHERS = daysOf('others', 'x xxxxxxx xxxxxxx x');

/** The days that the client has missed; undefined if it is not silent. */
const missedOf = (picture: string, sampledPercent = 100) =>
  findSilentClients(windowOf(OTHERS, daysOf('client', picture, { sampledPercent })))?.find(
    ({ clientId }) => clientId === 'client',
  )?.missedDays;

describe('A client is silent after this many missed days', () => {
  test.each<[name: string, picture: string, missed: number | undefined]>([
    ['calls every day', 'x xxxxxxx xxxxxxx x', undefined],
    ['has not called yet today', 'x xxxxxxx xxxxxxx .', undefined],
    ['stopped on Thursday, during the day', 'x xxxxxxx xxxxxx. .', 1],
    ['stopped on Wednesday', 'x xxxxxxx xxxxx.. .', 2],
    ['stopped, and calls again today', 'x xxxxxxx xxxx... x', undefined],
    ['calls on working days', 'x ..xxxxx ..xxxxx .', undefined],
    ['calls on working days, and stopped on Thursday', 'x ..xxxxx ..xxx.. .', 2],
    ['calls at weekends', '. xx..... xx..... .', undefined],
    ['left out a day before, and now one', 'x xxx.xxx xxxxxx. .', undefined],
    ['left out a day before, and now two', 'x xxx.xxx xxxxx.. .', 2],
    ['calls once a day', '1 1111111 111111. .', 1],
    ['calls every other day', 'x .x.x.x. x.x.x.x .', undefined],
    ['called now and then', 'x ..x...x .....x. .', undefined],
    ['was tried on three days', '. ....... .xxx... .', undefined],
    ['called on two days', 'x ....... x...... .', undefined],
    ['is new this week', '. ....... .xxxxx. .', undefined],
    ['never called', '. ....... ....... .', undefined],
    // What is left of two weeks of regular calls.
    ['stopped a week ago', 'x xxxxxxx ....... .', 7],
    ['stopped longer ago', 'x xxxx... ....... .', undefined],
  ])('%s: %s', (_, picture, missed) => {
    expect(missedOf(picture)).toBe(missed);
  });
});

describe('A client whose records are sampled is silent only if enough records are missing', () => {
  test.each<[name: string, picture: string, percent: number, missed: number | undefined]>([
    ['ten records a day', 'x xxxxxxx xxxxxx. .', 10, 1],
    ['five records a day', 'x xxxxxxx xxxxxx. .', 5, 1],
    ['four records a day, one day', 'x xxxxxxx xxxxxx. .', 4, undefined],
    ['four records a day, two days', 'x xxxxxxx xxxxx.. .', 4, 2],
    ['one record a day, four days', 'x xxxxxxx xxx.... .', 1, undefined],
    ['one record a day, five days', 'x xxxxxxx xx..... .', 1, 5],
  ])('%s', (_, picture, percent, missed) => {
    expect(missedOf(picture, percent)).toBe(missed);
  });
});

test('A client whose unremarkable decisions are not recorded at all must have enough other records', () => {
  const window = windowOf(OTHERS, daysOf('client', '1 1111111 111111. .'));
  expect(findSilentClients(window)).toHaveLength(1);
  expect(findSilentClients(window, true)).toEqual([]);
});

test.each<[name: string, picture: string, clients: readonly string[] | undefined]>([
  ['an empty log', '', undefined],
  ['a deployment of today', 'x', undefined],
  ['six days before yesterday', 'xxxxxx . .', undefined],
  ['seven days before yesterday', 'xxxxxxx . .', ['client']],
  ['a service that nobody calls any more', 'x xxxxxxx xxxx... .', ['client']],
])('%s', (_, picture, clients) => {
  const found = findSilentClients(windowOf(daysOf('client', picture)));
  expect(found?.map(({ clientId }) => clientId)).toEqual(clients);
});

test('A day without any call is no gap of one client: all of them were away, or the service was', () => {
  const outage = 'x xxx.xxx xxxxxx. .';
  const found = findSilentClients(
    windowOf(daysOf('one', outage), daysOf('two', `${outage.slice(0, -3)}x x`)),
  );
  expect(found?.map(({ clientId }) => clientId)).toEqual(['one']);
});

test('Clients of the same id in two tenants are two, whatever their grants; the largest comes first', () => {
  const picture = 'x xxxxxxx xxxxxx. .';
  const small = picture.replaceAll('x', '2');
  const found = findSilentClients(
    windowOf(
      OTHERS,
      daysOf('small', small, { tenant: 'one' }),
      daysOf('app', picture, { tenant: 'one', grant: 'password' }),
      daysOf('app', picture, { tenant: 'one', grant: 'refresh_token' }),
      daysOf('app', 'x xxxxxxx xxxxxxx .', { tenant: 'two' }),
    ),
  );
  expect(found).toEqual([
    { tenant: 'one', clientId: 'app', lastDay: TODAY - 2, missedDays: 1, requestsPerDay: 200 },
    { tenant: 'one', clientId: 'small', lastDay: TODAY - 2, missedDays: 1, requestsPerDay: 2 },
  ]);
});
