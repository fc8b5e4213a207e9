import { reputationLogHooks } from '../../../../app/src/telemetry/events/reputation.ts';
import { createLog } from '../../../../app/src/telemetry/log.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;

describe('Checks that fail, as the log has them at level info', () => {
  let now = NOON;
  let lines: object[] = [];
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });

  beforeEach(() => {
    now = NOON;
    lines = [];
  });

  test('one line a minute for each cause, the first at once, with their number', () => {
    const { onCheck } = reputationLogHooks(log, () => now);
    for (let second = 0; second <= 120; second += 1) {
      now = NOON + second * 1000;
      onCheck?.({ cause: 'upstream', status: 503, milliseconds: 3 });
      onCheck?.({ milliseconds: 3, status: 200 });
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
      { ...upstream, count: 60, since: new Date(NOON).toISOString() },
      { ...upstream, count: 60, since: new Date(NOON + MINUTE).toISOString() },
      { level: 'warn', event: 'abuseipdb-check-failed', cause: 'timeout', count: 1 },
    ]);
    expect(lines).toHaveLength(4);
  });

  test('none for those that succeed', () => {
    reputationLogHooks(log, () => now).onCheck?.({ status: 200, milliseconds: 3 });
    expect(lines).toEqual([]);
  });
});
