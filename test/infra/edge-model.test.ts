import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Edge, type EdgeOptions, startEdge } from '../support/edge/index.ts';
import type { EdgeTemplate } from '../support/edge/template.ts';

/* The model of CloudFront, AWS WAF and the load balancer, against small templates. */

let service: Server;
let serviceUrl: string;
let received: IncomingHttpHeaders[];
/** What the service does with a request. */
let respond: () => Promise<void>;
let edge: Edge | undefined;

beforeEach(async () => {
  received = [];
  respond = async () => undefined;
  service = createServer(async (incoming, outgoing) => {
    received.push(incoming.headers);
    await respond();
    outgoing.end('served');
  });
  service.listen(0, '127.0.0.1');
  await once(service, 'listening');
  serviceUrl = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await edge?.close();
  edge = undefined;
  service.close();
  service.closeAllConnections();
});

/** What the templates refer to. */
const values = { Gateway: '198.51.100.7' };

const start = async (template: EdgeTemplate, options: Partial<EdgeOptions> = {}) => {
  edge = await startEdge({ template, service: serviceUrl, values, ...options });
};

const running = (): Edge => {
  if (edge === undefined) throw new Error('The edge has not been started.');
  return edge;
};

const post = (headers: Readonly<Record<string, string>> = {}, body = '{}') =>
  fetch(`${running().url}/action`, { method: 'POST', headers: { ...headers }, body });

const NONE = [{ Priority: 0, Type: 'NONE' }];
const block = {
  Block: { CustomResponse: { ResponseCode: 503, CustomResponseBodyKey: 'Refused' } },
};
const setArn = { 'Fn::GetAtt': ['Allowed', 'Arn'] };

/** A template with these rules, in reverse order of their priority. */
function withRules(rules: readonly object[], more: EdgeTemplate['Resources'] = {}): EdgeTemplate {
  return {
    Resources: {
      Acl: {
        Type: 'AWS::WAFv2::WebACL',
        Properties: {
          Rules: rules
            .map((rule, Priority) => ({ Name: `rule-${Priority}`, Priority, ...rule }))
            .reverse(),
          CustomResponseBodies: {
            Refused: { ContentType: 'APPLICATION_JSON', Content: '{"refused":true}' },
          },
        },
      },
      Allowed: {
        Type: 'AWS::WAFv2::IPSet',
        Properties: {
          Addresses: [
            '203.0.113.0/28',
            { 'Fn::Join': ['', [{ Ref: 'Gateway' }, '/32']] },
            '2001:db8::/32',
          ],
        },
      },
      ...more,
    },
  };
}

function distribution(code: string, more: object = {}): EdgeTemplate['Resources'] {
  return {
    Function: { Type: 'AWS::CloudFront::Function', Properties: { FunctionCode: code } },
    Distribution: {
      Type: 'AWS::CloudFront::Distribution',
      Properties: {
        DistributionConfig: {
          DefaultCacheBehavior: {
            AllowedMethods: ['GET', 'POST'],
            FunctionAssociations: [
              {
                EventType: 'viewer-request',
                FunctionARN: { 'Fn::GetAtt': ['Function', 'FunctionARN'] },
              },
            ],
          },
          Origins: [
            {
              ConnectionAttempts: 1,
              ConnectionTimeout: 1,
              VpcOriginConfig: { OriginReadTimeout: 1 },
              ...more,
            },
          ],
        },
      },
    },
  };
}

const PASS = 'function handler(event) { return event.request; }';
const OVERWRITE =
  "function handler(event) { event.request.headers['x-viewer'] = { value: event.viewer.ip }; return event.request; }";

describe('Without CloudFront', () => {
  test('the service receives the request with the address of the caller', async () => {
    await start(withRules([]));
    const answer = await post({ 'x-forwarded-for': '192.0.2.1', 'x-other': 'kept' });
    expect([answer.status, await answer.text()]).toEqual([200, 'served']);
    expect(received).toEqual([
      expect.objectContaining({
        'x-forwarded-for': '192.0.2.1, 203.0.113.10',
        'x-forwarded-proto': 'https',
        'x-other': 'kept',
      }),
    ]);
  });

  test('a target that does not listen is a 502', async () => {
    await start(withRules([]), { service: 'http://127.0.0.1:1' });
    expect((await post()).status).toBe(502);
  });
});

describe('The firewall', () => {
  const header = (Size: number) => ({
    SizeConstraintStatement: {
      FieldToMatch: { SingleHeader: { Name: 'x-key' } },
      ComparisonOperator: 'GE',
      Size,
      TextTransformations: NONE,
    },
  });
  const forwarded = (Position: string) => ({
    IPSetReferenceStatement: {
      Arn: setArn,
      IPSetForwardedIPConfig: { HeaderName: 'X-Seen', FallbackBehavior: 'NO_MATCH', Position },
    },
  });
  const not = (Statement: object) => ({ NotStatement: { Statement } });

  test.each<[name: string, statement: object, headers: Record<string, string>, status: number]>([
    ['a header of the minimum size', header(3), { 'x-key': 'abc' }, 503],
    ['a shorter header', header(3), { 'x-key': 'ab' }, 200],
    ['a missing header', header(0), {}, 200],
    ['the negation of a missing header', not(header(0)), {}, 503],
    ['an address of the set', { IPSetReferenceStatement: { Arn: setArn } }, {}, 503],
    ['the last address in a header', forwarded('LAST'), { 'x-seen': '8.8.8.8, 198.51.100.7' }, 503],
    [
      'the first address in a header',
      forwarded('FIRST'),
      { 'x-seen': '8.8.8.8, 198.51.100.7' },
      200,
    ],
    ['an IPv6 address in a header', forwarded('FIRST'), { 'x-seen': '2001:db8::5' }, 503],
    ['an invalid address in a header', forwarded('FIRST'), { 'x-seen': 'none' }, 200],
    ['the negation of an invalid address', not(forwarded('FIRST')), { 'x-seen': 'none' }, 503],
    [
      'the negation of a header that is absent: the rule is not applied',
      not(forwarded('FIRST')),
      {},
      200,
    ],
  ])('evaluates %s', async (_, Statement, headers, status) => {
    await start(withRules([{ Statement, Action: block }]));
    const answer = await post(headers);
    expect(answer.status).toBe(status);
    expect(await answer.text()).toBe(status === 200 ? 'served' : '{"refused":true}');
    expect(received).toHaveLength(status === 200 ? 1 : 0);
  });

  test('stops at the first rule that blocks, and passes rules that count', async () => {
    const always = not(header(1));
    await start(
      withRules([
        { Statement: always, Action: { Count: {} } },
        { Statement: always, Action: block },
        { Statement: always, Action: block },
      ]),
    );
    await post();
    expect(running().verdicts).toMatchObject([
      { action: 'BLOCK', rule: 'rule-1', counted: ['rule-0'] },
    ]);
  });

  test.each<
    [
      name: string,
      rate: object,
      headers: (index: number) => Record<string, string>,
      statuses: number[],
    ]
  >([
    ['all requests together', { AggregateKeyType: 'CONSTANT' }, () => ({}), [200, 200, 503]],
    ['by address', { AggregateKeyType: 'IP' }, () => ({}), [200, 200, 503]],
    [
      'by an address in a header',
      {
        AggregateKeyType: 'FORWARDED_IP',
        ForwardedIPConfig: { HeaderName: 'X-Seen', FallbackBehavior: 'NO_MATCH' },
      },
      (index) => ({ 'x-seen': `192.0.2.${index}` }),
      [200, 200, 200],
    ],
    [
      'only what a statement selects',
      { AggregateKeyType: 'CONSTANT', ScopeDownStatement: header(1) },
      (index): Record<string, string> => (index === 1 ? {} : { 'x-key': 'k' }),
      [200, 200, 200],
    ],
  ])('counts %s', async (_, rate, headers, statuses) => {
    const Statement = { RateBasedStatement: { Limit: 2, EvaluationWindowSec: 60, ...rate } };
    let now = 1_000_000;
    await start(withRules([{ Statement, Action: block }]), { now: () => now });
    const seen: number[] = [];
    for (const index of [0, 1, 2]) seen.push((await post(headers(index))).status);
    expect(seen).toEqual(statuses);
    now += 60_000;
    expect((await post(headers(2))).status).toBe(200);
  });

  test('applies the overrides of a managed group', async () => {
    const group = (overrides: object[]) => ({
      Statement: {
        ManagedRuleGroupStatement: {
          Name: 'AWSManagedRulesCommonRuleSet',
          RuleActionOverrides: overrides,
        },
      },
    });
    await start(
      withRules([group([{ Name: 'SizeRestrictions_BODY', ActionToUse: { Count: {} } }])]),
    );
    expect((await post({}, 'x'.repeat(9_000))).status).toBe(200);
    expect((await post({}, '<script>')).status).toBe(403);
    expect(running().verdicts).toMatchObject([
      { action: 'ALLOW', labels: ['awswaf:managed:aws:core-rule-set:SizeRestrictions_Body'] },
      { action: 'BLOCK', rule: 'rule-0/CrossSiteScripting_BODY' },
    ]);
  });
});

describe('CloudFront', () => {
  test('runs the function of viewer requests, and forwards all headers', async () => {
    await start(withRules([], distribution(OVERWRITE)));
    running().connectFrom('198.51.100.20');
    await post({ 'x-viewer': '192.0.2.66', 'x-forwarded-for': '192.0.2.66', 'x-other': 'kept' });
    expect(received).toEqual([
      expect.objectContaining({
        'x-viewer': '198.51.100.20',
        'x-other': 'kept',
        'x-forwarded-for': '192.0.2.66, 198.51.100.20, 10.0.17.23',
        'x-forwarded-proto': 'http',
      }),
    ]);
  });

  const never = () => new Promise<never>(() => undefined);
  const refuse = async () => Promise.reject(new Error('ECONNREFUSED'));

  test.each<
    [
      name: string,
      code: string,
      connect: () => Promise<void>,
      respond: () => Promise<void>,
      status: number,
    ]
  >([
    [
      'a function that fails',
      'function handler() { throw 1; }',
      async () => undefined,
      async () => undefined,
      503,
    ],
    [
      'a function that changes a header of CloudFront',
      "function handler(e) { e.request.headers['x-amz-cf-id'] = { value: 'x' }; return e.request; }",
      async () => undefined,
      async () => undefined,
      503,
    ],
    ['an origin that refuses connections', PASS, refuse, async () => undefined, 502],
    ['an origin that accepts no connection', PASS, never, async () => undefined, 504],
    ['an origin that does not respond', PASS, async () => undefined, never, 504],
  ])('responds itself to %s', async (_, code, connect, response, status) => {
    respond = response;
    await start(withRules([], distribution(code)), { connect });
    expect((await post()).status).toBe(status);
  });

  test('tries to connect as often as the origin says', async () => {
    let attempts = 0;
    const connect = async () => {
      attempts += 1;
      if (attempts < 3) throw new Error('ECONNREFUSED');
    };
    await start(withRules([], distribution(PASS, { ConnectionAttempts: 3 })), { connect });
    expect((await post()).status).toBe(200);
    expect(attempts).toBe(3);
  });

  test('admits only the methods of its behavior', async () => {
    await start(withRules([], distribution(PASS)));
    expect((await fetch(running().url, { method: 'PUT' })).status).toBe(403);
  });
});
