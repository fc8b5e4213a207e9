import { jest } from '@jest/globals';
import { createHeldBackLog } from '../../../../app/src/telemetry/events/held-back-lookups.ts';
import {
  createFailedCheckLog,
  reputationLogHooks,
} from '../../../../app/src/telemetry/events/reputation.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

describe('failed checks at log level info', () => {
  let lines: object[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });

  const createHooks = () =>
    reputationLogHooks(log, createFailedCheckLog(log, Date.now), createHeldBackLog(log, Date.now));

  beforeEach(() => {
    jest.useFakeTimers({ now: NOON });
    lines = [];
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  test('are logged once a minute for each cause, the first at once, with their count', () => {
    const { onCheck } = createHooks();
    for (let second = 0; second < 120; second += 1) {
      onCheck?.({ cause: 'upstream', status: 503, milliseconds: 3 });
      onCheck?.({ milliseconds: 3, status: 200 });
      jest.advanceTimersByTime(1000);
    }
    onCheck?.({ cause: 'timeout', milliseconds: 900 });
    const upstream = {
      level: 'warn',
      event: 'abuseipdb-check-failed',
      cause: 'upstream',
      status: 503,
    };
    expect(lines).toMatchObject([
      { ...upstream, count: 1 },
      { ...upstream, count: 59, since: new Date(NOON).toISOString() },
      { ...upstream, count: 60, since: new Date(NOON + MINUTE).toISOString() },
      { level: 'warn', event: 'abuseipdb-check-failed', cause: 'timeout', count: 1 },
    ]);
    expect(lines).toHaveLength(4);
  });

  test('are not logged when checks succeed', () => {
    createHooks().onCheck?.({
      status: 200,
      milliseconds: 3,
    });
    expect(lines).toEqual([]);
  });
});
