import { jest } from '@jest/globals';
import type { HeldBackBy } from '../../../../app/src/signals/reputation/admission/admission.ts';
import { createHeldBackLog } from '../../../../app/src/telemetry/events/held-back-lookups.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';
import { caller } from '../../signals/reputation/admission/callers.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

let lines: object[] = [];
beforeEach(() => {
  jest.useFakeTimers({ now: NOON });
  lines = [];
});
afterEach(() => {
  jest.useRealTimers();
});

function setUp() {
  const log = createHeldBackLog(
    createLog('info', { write: (line) => void lines.push(JSON.parse(line)) }),
    Date.now,
  );
  const add = (by: HeldBackBy, client: string, times = 1, tenant = 'acme') => {
    for (let i = 0; i < times; i += 1) {
      log.add({ by, caller: caller({ client, tenant: { id: '1', name: tenant }, user: `${i}` }) });
    }
  };
  return { log, add };
}

const line = (reason: HeldBackBy, count: number, clients: readonly [string, number][]) => ({
  level: 'warn',
  event: 'lookups-held-back',
  reason,
  count,
  clients: clients.map(([client, of]) => ({ client, count: of })),
});

describe('Lookups that were held back', () => {
  test('are logged once a minute for each reason, the first at once, with the clients that had most', () => {
    const { add } = setUp();
    add('user', 'a');
    add('user', 'b', 3);
    add('user', 'a', 2);
    add('pace', 'a');
    jest.advanceTimersByTime(MINUTE);
    add('user', 'c');
    jest.advanceTimersByTime(MINUTE);
    expect(lines).toMatchObject([
      line('user', 1, [['acme/a', 1]]),
      line('pace', 1, [['acme/a', 1]]),
      line('user', 5, [
        ['acme/b', 3],
        ['acme/a', 2],
      ]),
      line('user', 1, [['acme/c', 1]]),
    ]);
    expect(lines).toHaveLength(4);
  });

  test('name at most five clients', () => {
    const { add } = setUp();
    add('share', 'first');
    for (let i = 0; i < 500; i += 1) add('share', `rare ${i}`);
    add('share', 'frequent', 200);
    jest.advanceTimersByTime(MINUTE);
    const { clients } = lines[1] as { clients: { client: string }[] };
    expect(clients).toHaveLength(5);
    expect(clients[0]?.client).toBe('acme/frequent');
  });

  test('of nobody count without a client', () => {
    setUp().log.add({ by: 'slots', caller: undefined });
    expect(lines).toMatchObject([line('slots', 1, [])]);
  });

  test('have shortened names, as decision records have', () => {
    const { add } = setUp();
    add('user', 'c'.repeat(1000), 1, 't'.repeat(1000));
    const [{ clients }] = lines as [{ clients: { client: string }[] }];
    expect(clients[0]?.client).toBe(`${'t'.repeat(128)}…/${'c'.repeat(128)}…`);
  });

  test('are written when the service stops, and then no more', () => {
    const { log, add } = setUp();
    add('user', 'a', 3);
    log.stop();
    add('user', 'a');
    jest.advanceTimersByTime(2 * MINUTE);
    expect(lines).toMatchObject([
      line('user', 1, [['acme/a', 1]]),
      line('user', 2, [['acme/a', 2]]),
    ]);
    expect(lines).toHaveLength(2);
  });
});
