import { ACTION_PATH } from '../../../../app/src/http/paths.ts';
import { type EdgeOptions, startEdge } from '../../../support/edge/index.ts';
import type { ManagedRule } from '../../../support/edge/waf/managed-rules.ts';
import { sumOf } from '../../../support/emf.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { type RunningService, startTestService } from '../../../support/running-service.ts';
import { type Configuration, synthesize } from '../../../support/stack.ts';
import { API_KEY, METRICS_OF, metricsOf, startWorld, type World } from './world.ts';

/** The address of the stack's NAT gateway. */
const NAT = '198.51.100.99';
const ELSEWHERE = '203.0.113.10';

/** A rule that AWS could add to a managed group. */
const EVERY_CALL: ManagedRule = {
  group: 'AWSManagedRulesCommonRuleSet',
  name: 'NewRule',
  label: 'new',
  matches: () => true,
};

/** Starts what the template puts in front of the service. */
function startPath(
  configuration: Configuration,
  options: Pick<EdgeOptions, 'service'> & Partial<EdgeOptions>,
) {
  const stack = synthesize(configuration);
  const gateways = stack.resources('AWS::EC2::EIP').map(({ id }) => [id, NAT]);
  return startEdge({
    template: JSON.parse(stack.text),
    values: Object.fromEntries(gateways),
    ...options,
  });
}

describeWithMoto('Through CloudFront, the firewall and the load balancer of the template,', () => {
  let world: World;
  let service: RunningService;

  beforeAll(async () => {
    [world, service] = await Promise.all([
      startWorld(),
      startTestService({ settings: { ACTION_CREDENTIAL: API_KEY } }),
    ]);
  });

  afterAll(() => Promise.all([world.stop(), service.stop()]));

  /** Runs the canary through the template's path, and returns its line. */
  async function run(configuration: Configuration, options: Partial<EdgeOptions>) {
    const edge = await startPath(configuration, { service: service.origin, ...options });
    try {
      const [line] = await world.run({ options: { endpoint: `${edge.url}${ACTION_PATH}` } });
      return line;
    } finally {
      await edge.close();
    }
  }

  test.each<{ configuration: Configuration; from: string }>([
    { configuration: 'cloudfront, egress nat', from: ELSEWHERE },
    { configuration: 'hosted zone, egress nat', from: ELSEWHERE },
    { configuration: 'allowed addresses, cloudfront', from: NAT },
    { configuration: 'allowed addresses, certificate', from: NAT },
  ])(
    'the canary gets a decision with $configuration, from $from',
    async ({ configuration, from }) => {
      const before = service.decisions().length;
      const line = await run(configuration, { clientAddress: from });
      expect(line).toMatchObject({ outcome: 'ok' });
      expect(metricsOf(line)).toEqual(METRICS_OF.ok);
      // The mark reaches the service.
      expect(service.decisions().slice(before)).toEqual([
        expect.objectContaining({ test: 'canary', client_id: 'risk-gate-canary' }),
      ]);
    },
  );

  test.each<{
    name: string;
    configuration: Configuration;
    options: Partial<EdgeOptions>;
    cause: string;
  }>([
    {
      name: 'an address that is not allowed, behind CloudFront',
      configuration: 'allowed addresses, cloudfront',
      options: { clientAddress: ELSEWHERE },
      cause: 'firewall',
    },
    {
      name: 'an address that is not allowed, with a domain',
      configuration: 'allowed addresses, certificate',
      options: { clientAddress: ELSEWHERE },
      cause: 'firewall',
    },
    {
      name: 'an AWS managed rule that blocks every call',
      configuration: 'cloudfront, egress nat',
      options: { managedRules: [EVERY_CALL] },
      cause: 'status-403',
    },
    {
      name: 'an origin that refuses the connections of CloudFront',
      configuration: 'cloudfront, egress nat',
      options: { connect: () => Promise.reject(new Error('refused')) },
      cause: 'status-502',
    },
    {
      name: 'an origin that does not accept the connections of CloudFront',
      configuration: 'cloudfront, egress nat',
      options: { connect: () => new Promise(() => undefined) },
      cause: 'status-504',
    },
    {
      name: 'a task that has gone away',
      configuration: 'hosted zone, egress nat',
      options: { service: 'http://127.0.0.1:1' },
      cause: 'status-502',
    },
  ])('the canary reports $name: $cause', async ({ configuration, options, cause }) => {
    const line = await run(configuration, options);
    expect(line).toMatchObject({ outcome: 'failed', cause });
    expect(metricsOf(line)).toEqual(METRICS_OF.failed);
  });

  test('the decisions of the canary count as tests only', async () => {
    const own = await startTestService({
      settings: { ACTION_CREDENTIAL: API_KEY },
    });
    const edge = await startPath('cloudfront, egress nat', { service: own.origin });
    try {
      await world.run({ options: { endpoint: `${edge.url}${ACTION_PATH}` } });
    } finally {
      await edge.close();
      // Writes the metrics.
      await own.stop();
    }
    expect(sumOf(own.lines, 'TestDecisions')).toBe(1);
    expect(sumOf(own.lines, 'Decisions')).toBe(0);
  });
});
