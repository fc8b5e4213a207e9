import { checkTraffic } from '../../../../app/tools/status/check-traffic.ts';
import { summarizeTraffic } from '../../../../app/tools/status/client-summary.ts';
import { daysOf, windowOf } from '../../../support/activity.ts';

/** Returns the findings about a client with two requests on each day of two weeks, and none in the last two days. */
function findings(recordedPercent: number | undefined): string {
  const window = windowOf(
    daysOf('steady', '3333333 3333333 33'),
    daysOf('stopped', '1111111 111111. ..'),
  );
  return checkTraffic(window, summarizeTraffic(window), recordedPercent)
    .map(({ text }) => text)
    .join('\n');
}

test.each([
  [undefined, '1 client that called regularly has stopped: stopped'],
  [100, '1 client that called regularly has stopped: stopped'],
  // Two requests may be missing by chance.
  [50, 'No client that called regularly has stopped.'],
  [0, 'No client that called regularly has stopped.'],
  [0, 'Unremarkable decisions are not recorded'],
])('With %s percent of unremarkable decisions recorded: %s', (percent, expected) => {
  expect(findings(percent)).toContain(expected);
});

test.each([
  [undefined, 'error', 'The service has seen no request'],
  [0, 'warning', 'Unremarkable decisions are not recorded'],
])('Without any request and with %s percent recorded: %s', (percent, level, text) => {
  const window = windowOf();
  expect(checkTraffic(window, summarizeTraffic(window), percent)).toEqual([
    { level, text: expect.stringContaining(text) },
  ]);
});
