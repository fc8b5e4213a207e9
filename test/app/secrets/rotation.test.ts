import { RotationDate } from '../../../app/src/secrets/rotation.ts';
import type { SecretVersion, SecretVersions } from '../../../app/src/secrets/versions.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Version `id`, created at that hour. */
const version = (id: string, hour?: number): SecretVersion => ({
  text: `text of ${id}`,
  id,
  ...(hour !== undefined && { createdAt: hour * HOUR }),
});

/** A read: the hour, and the versions. */
type Read = readonly [hour: number, current: SecretVersion, previous?: SecretVersion];

const v1 = version('v1', 1);
const v2 = version('v2', 10);
const v3 = version('v3', 20);

/** Returns since which hour the current version of the last read has been current. */
function sinceHour(reads: readonly Read[]): number {
  let hour = 0;
  const date = new RotationDate(() => hour * HOUR);
  let since = Number.NaN;
  for (const [at, current, previous] of reads) {
    hour = at;
    const versions: SecretVersions = { current, ...(previous && { previous }) };
    since = date.update(versions);
  }
  return since / HOUR;
}

describe('since when the current version is current', () => {
  test.each<[string, Read[], number]>([
    ['a fresh stack: since it was created', [[2, v1]], 1],
    ['a rotation before the start', [[15, v2, v1]], 10],
    ['a rotation long before the start', [[10_000, v2, v1]], 10],
    [
      'a rotation that the task reads some minutes later',
      [
        [9.98, v1],
        [10.05, v2, v1],
      ],
      10,
    ],
    [
      'a rotation that the task reads a day later, after an outage of Secrets Manager',
      [
        [9.98, v1],
        [34, v2, v1],
      ],
      10,
    ],
    [
      'repeated reads: unchanged',
      [
        [10.05, v2, v1],
        [11, v2, v1],
        [40, v2, v1],
      ],
      10,
    ],
    [
      'two rotations in a row: since the second one',
      [
        [9.98, v1],
        [10.05, v2, v1],
        [20.05, v3, v2],
      ],
      20,
    ],
    [
      'a rollback that the task reads: since then',
      [
        [10.05, v2, v1],
        [12, v1, v2],
      ],
      12,
    ],
    [
      'a rollback, with repeated reads',
      [
        [10.05, v2, v1],
        [12, v1, v2],
        [13, v1, v2],
        [99, v1, v2],
      ],
      12,
    ],
    ['a rollback before the start: since the start', [[12, v1, v2]], 12],
    [
      'a rollback to a version that the task has never read',
      [
        [9.9, v1],
        [12, version('v0', 0), v1],
      ],
      12,
    ],
    [
      'a rollback within the second in which both versions were created',
      [
        [10.05, v2, version('v1', 10)],
        [10.06, version('v1', 10), v2],
      ],
      10.06,
    ],
    ['both created in the same second, before the start', [[12, v2, version('v1', 10)]], 10],
    [
      'forward again after a rollback: since it was read',
      [
        [10.05, v2, v1],
        [12, v1, v2],
        [14, v2, v1],
      ],
      14,
    ],
    [
      'a version that was created earlier and made current later: since it was read',
      [
        [9, v1],
        [15, v1],
        [16, v2, v1],
      ],
      16,
    ],
    ['no CreatedDate: since it was read', [[12, version('v2'), version('v1')]], 12],
    [
      'no CreatedDate, with repeated reads',
      [
        [12, version('v2'), version('v1')],
        [20, version('v2'), version('v1')],
      ],
      12,
    ],
    ['no CreatedDate of the previous version', [[12, v2, version('v1')]], 10],
    ['a CreatedDate in the future: since it was read', [[9.9, v2, v1]], 9.9],
    ['a CreatedDate far in the future', [[12, version('v2', 1e6), v1]], 12],
    [
      'a clock that is an hour ahead',
      [
        [10.9, v1],
        [11.05, v2, v1],
      ],
      11.05,
    ],
    [
      'no ids: versions differ by their text',
      [
        [10.05, { text: 'b', createdAt: 10 * HOUR }, { text: 'a', createdAt: HOUR }],
        [12, { text: 'b', createdAt: 10 * HOUR }, { text: 'a', createdAt: HOUR }],
        [13, { text: 'a', createdAt: HOUR }, { text: 'b', createdAt: 10 * HOUR }],
      ],
      13,
    ],
  ])('%s', (_, reads, since) => {
    expect(sinceHour(reads)).toBeCloseTo(since, 9);
  });
});
