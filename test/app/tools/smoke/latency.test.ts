import { describeLatency } from '../../../../app/tools/smoke/latency.ts';

const times = (count: number, ms: number, slow: number) => [
  ...Array<number>(count - 1).fill(ms),
  slow,
];

test.each([
  [
    'fast',
    times(50, 8, 30),
    'ok',
    'p50 is 8.0 ms and p99 30 ms over 50 calls: with its 2 connections, a node of the identity server as far away gets about 250 decisions a second.',
  ],
  [
    'one call',
    [40],
    'ok',
    'p50 is 40 ms and p99 40 ms over 1 call: with its 2 connections, a node of the identity server as far away gets about 50 decisions a second.',
  ],
  [
    'a slow call in fifty',
    times(50, 40, 1600),
    'warning',
    'and logins wait: look at the latencies on the dashboard.',
  ],
  ['a slow call in two hundred', times(200, 40, 1600), 'ok', 'p99 40 ms'],
  [
    'too slow',
    times(50, 40, 3100),
    'error',
    'and it gives up after 3 s: look at the latencies on the dashboard.',
  ],
])('%s', (_, measured, level, text) => {
  const finding = describeLatency(measured);
  expect(finding.level).toBe(level);
  expect(finding.text).toContain(text);
});
