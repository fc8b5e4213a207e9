import { successBody } from '../../../../app/src/action/response.ts';
import { cloudFrontErrorRate } from '../../../../infra/functions/canary/cloudfront-errors.ts';
import { responding } from '../../../support/https/endpoint.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { METRICS_OF, metricsOf, startWorld, type World } from './world.ts';

const MINUTE_MS = 60_000;
/** A minute that is divisible by five. */
const NOON = Date.UTC(2026, 10, 28, 12);

const BAD_GATEWAY = responding(502, '', {});
const SUCCESS = responding(200, successBody([]));

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

describeWithMoto('A failure is pending', () => {
  test.each([
    { name: 'before the first success', hasSucceeded: false, outcome: 'pending' as const },
    { name: 'never after it', hasSucceeded: true, outcome: 'failed' as const },
  ])('$name', async ({ hasSucceeded, outcome }) => {
    const lines = await world.run({ hasSucceeded, respond: BAD_GATEWAY });
    expect(lines).toEqual([expect.objectContaining({ outcome, cause: 'status-502' })]);
    expect(metricsOf(lines[0])).toEqual(METRICS_OF[outcome]);
  });

  test('not in a long outage: thirteen days after the last success', async () => {
    const now = () => Date.now() + 13 * 24 * 60 * MINUTE_MS;
    const [line] = await world.run({ respond: BAD_GATEWAY, options: { now } });
    expect(metricsOf(line)).toEqual(METRICS_OF.failed);
  });

  test('before the first success of another endpoint, such as a new domain', async () => {
    const { service } = await world.create();
    const [line] = await world.run({
      hasSucceeded: false,
      respond: BAD_GATEWAY,
      options: { service, endpoint: world.endpoint.url.replace('localhost', 'LOCALHOST.') },
    });
    expect(metricsOf(line)).toEqual(METRICS_OF.pending);
  });

  test('not if CloudWatch cannot be read', async () => {
    const cloudWatch = { send: () => Promise.reject(new TypeError('down')) };
    const lines = await world.run({
      hasSucceeded: false,
      respond: BAD_GATEWAY,
      options: { cloudWatch: cloudWatch as never },
    });
    expect(lines[0]).toEqual({ event: 'canary-history-unreadable', detail: 'TypeError' });
    expect(metricsOf(lines[1])).toEqual(METRICS_OF.failed);
  });
});

describeWithMoto("CloudFront's error rate", () => {
  interface Minutes {
    /** Minutes before now. */
    readonly ago: number;
    readonly requests: number;
    /** Percentage. */
    readonly errors: number;
  }

  /** Writes the metrics of a distribution, as CloudFront does. */
  async function distribution(id: string, minutes: readonly Minutes[]): Promise<string> {
    const dimensions = { DistributionId: id, Region: 'Global' };
    for (const { ago, requests, errors } of minutes) {
      const of = { namespace: 'AWS/CloudFront', at: NOON - ago * MINUTE_MS };
      await world.putMetric('Requests', requests, dimensions, of);
      await world.putMetric('5xxErrorRate', errors, dimensions, of);
    }
    return id;
  }

  test.each<{ name: string; minutes: readonly Minutes[]; rate: number }>([
    { name: 'no request', minutes: [], rate: 0 },
    { name: 'no error', minutes: [{ ago: 5, requests: 100, errors: 0 }], rate: 0 },
    {
      name: 'a busy minute counts more than a quiet one',
      minutes: [
        { ago: 5, requests: 90, errors: 0 },
        { ago: 6, requests: 10, errors: 50 },
      ],
      rate: 5,
    },
    { name: 'too few requests', minutes: [{ ago: 5, requests: 19, errors: 100 }], rate: 0 },
    { name: 'enough requests', minutes: [{ ago: 5, requests: 20, errors: 100 }], rate: 100 },
    {
      name: 'ten minutes, without the last three',
      minutes: [
        { ago: 13, requests: 100, errors: 10 },
        { ago: 14, requests: 100, errors: 100 },
        { ago: 3, requests: 100, errors: 100 },
      ],
      rate: 10,
    },
  ])('$name: $rate', async ({ name, minutes, rate }) => {
    const id = await distribution(name, minutes);
    expect(await cloudFrontErrorRate(world.cloudWatch, id, NOON)).toBeCloseTo(rate);
  });

  test.each([
    { minute: 0, rate: 10 },
    { minute: 1, rate: undefined },
    { minute: 4, rate: undefined },
  ])('is read every fifth minute: minute $minute', async ({ minute, rate }) => {
    const distributionId = await distribution(`read in minute ${minute}`, [
      { ago: 5, requests: 100, errors: 10 },
    ]);
    const now = () => NOON + minute * MINUTE_MS;
    const [line] = await world.run({ respond: SUCCESS, options: { distributionId, now } });
    expect(metricsOf(line).CloudFrontErrorRate).toBe(rate);
  });

  test('does not affect the canary if it cannot be read', async () => {
    const lines = await world.run({
      respond: SUCCESS,
      options: {
        distributionId: 'unreadable',
        cloudWatchOfCloudFront: { send: () => Promise.reject(new TypeError('down')) } as never,
        now: () => NOON,
      },
    });
    expect(lines[0]).toEqual({ event: 'cloudfront-metrics-unreadable', detail: 'TypeError' });
    expect(metricsOf(lines[1])).toEqual(METRICS_OF.ok);
  });
});
