import { LookupStatistics } from '../../../../app/dev/console/lookup-statistics.ts';
import { toDecisionRow } from '../../../../app/dev/decision-row.ts';

const START = Date.UTC(2026, 0, 5, 10);
const HOUR_MS = 3_600_000;

const SENT = { score: 1, source: 'abuseipdb' };
const HIT = { score: 1, source: 'memory' };
const heldBack = (by: string) => ({ cause: 'budget', held_back: by });

/** Decisions of a client, each with the fields of its reputation, `at` milliseconds after the start. */
type Decisions = readonly (readonly [client: string, reputation: object, at?: number])[];

function lookupsAfter(decisions: Decisions, now = 0) {
  const statistics = new LookupStatistics();
  for (const [client, reputation, at = 0] of decisions) {
    statistics.add(toDecisionRow({ client_id: client, signals: { reputation } }, START + at));
  }
  return statistics.snapshot(START + now);
}

test.each<[string, Decisions, object[]]>([
  ['no decision', [], []],
  ['decisions that needed no lookup', [['a', HIT]], []],
  ['a lookup', [['a', SENT]], [{ client: 'a', sent: 1, heldBack: 0, reasons: [] }]],
  [
    'lookups that were held back for different reasons',
    [
      ['a', heldBack('user')],
      ['a', SENT],
      ['a', heldBack('pace')],
      ['a', heldBack('pace')],
    ],
    [
      {
        client: 'a',
        sent: 1,
        heldBack: 3,
        reasons: [
          ['pace', 2],
          ['user', 1],
        ],
      },
    ],
  ],
  [
    'several clients: those first whose lookups are held back',
    [
      ['many', SENT],
      ['many', SENT],
      ['few', SENT],
      ['over', heldBack('client')],
    ],
    [{ client: 'over' }, { client: 'many', sent: 2 }, { client: 'few', sent: 1 }],
  ],
])('counts the lookups of each client: %s', (_, decisions, clients) => {
  const lookups = lookupsAfter(decisions);
  expect(lookups).toHaveLength(clients.length);
  expect(lookups).toMatchObject(clients);
});

test('counts the last hour', () => {
  const decisions: Decisions = [
    ['early', SENT],
    ['late', SENT, 1],
  ];
  expect(lookupsAfter(decisions, HOUR_MS - 1)).toHaveLength(2);
  expect(lookupsAfter(decisions, HOUR_MS)).toMatchObject([{ client: 'late' }]);
});

test('lists ten clients, and keeps the latest five thousand lookups', () => {
  const decisions: Decisions = Array.from({ length: 6_000 }, (_, index) => [
    index < 1_500 ? 'first' : `client-${index % 20}`,
    SENT,
  ]);
  const lookups = lookupsAfter(decisions);
  expect(lookups).toHaveLength(10);
  expect(lookups[0]).toMatchObject({ client: 'first', sent: 500 });
});
