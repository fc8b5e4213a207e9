import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import {
  ALL_SCOPES,
  type ApiUser,
  type Application,
} from '../../../../app/dev/simulator/actions-api/actions-api.ts';
import {
  CLIENT_SECRET,
  closeWorlds,
  type RegistrationWorld,
  registrationWorld,
} from '../../../support/identity-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'risk-gate-status-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeWorlds);

const TODAY = Date.parse('2026-11-28T12:00:00Z');
const DAY_MS = 24 * 3_600_000;

type Fields = Readonly<Record<string, unknown>>;

/** Returns the line of a decision record. */
function line(daysAgo: number, clientId: string, fields: Fields = {}): string {
  return JSON.stringify({
    time: new Date(TODAY - daysAgo * DAY_MS).toISOString(),
    event: 'decision',
    outcome: 'issue',
    tenant: 'acme',
    client_id: clientId,
    grant: 'authorization_code',
    api_version: 'v1',
    contract: '1.3',
    policy_mode: 'enforce',
    signals: { address: { value: '198.51.100.7' } },
    ...fields,
  });
}

/** Returns records of every day from `first` to `last` days ago. */
const daily = (clientId: string, first: number, last: number, fields?: Fields) =>
  Array.from({ length: first - last + 1 }, (_, index) => line(first - index, clientId, fields));

const app = (
  name: string,
  changes: Partial<NonNullable<Application['oidc']>> = {},
): Application => ({
  id: `id-of-${name}`,
  name,
  oidc: {
    clientId: `client-of-${name}`,
    tokenType: 'JWT',
    grants: ['authorization_code'],
    ...changes,
  },
});

const SHOP = app('shop');

/** Registers the action, with a rule if there are arguments, and runs `status` on some records. */
async function status(
  lines: readonly string[],
  {
    applications = [SHOP],
    clients,
    register = '',
    args = '',
    change,
  }: {
    readonly applications?: readonly Application[];
    readonly clients?: readonly ApiUser[];
    readonly register?: string;
    readonly args?: string;
    readonly change?: (world: RegistrationWorld) => Promise<unknown> | undefined;
  } = {},
) {
  const world = await registrationWorld({ applications, ...(clients && { clients }) });
  expect(await world.run(`register ${register}`)).toMatchObject({ exitCode: 0 });
  await change?.(world);
  const file = join(folder, 'records.log');
  writeFileSync(file, lines.join('\n'));
  return world.run(`status --records ${file} ${args}`);
}

const shopDaily = daily('client-of-shop', 15, 0);

test('what is protected is said, and the clients are listed by application', async () => {
  const { exitCode, output, errors } = await status([...shopDaily, line(0, 'other-client')]);
  expect(errors).toBe('');
  expect(output.split('\n')).toEqual([
    'ok       action: The action "Risk Gate" is active, in version v1.',
    'ok       action: It has no rule: every request calls it.',
    'ok       applications: The access tokens of all applications are JWTs, so the action is called for them.',
    'ok       requests: The service has decided on about 17 requests of 2 clients from 2026-11-13 to 2026-11-28.',
    'ok       requests: The policy is in enforce mode.',
    'ok       requests: 0 % of the requests have no usable client address.',
    'ok       requests: Calls have x-wso2-api-version v1; the newest known fields are those of contract 1.3.',
    'ok       requests: No client that called regularly has stopped.',
    '',
    'Clients with the most requests',
    'application or client  grants              requests  last day',
    'shop                   authorization_code  16        2026-11-28',
    'other-client           authorization_code  1         2026-11-28',
    '',
    'Result: no errors and no warnings.',
    '',
  ]);
  expect(exitCode).toBe(0);
});

describe('what is not protected:', () => {
  test.each<[name: string, Parameters<typeof status>[1], expected: string]>([
    [
      'an inactive action',
      { change: (world) => world.run('pause') },
      'error    action: The action "Risk Gate" is inactive, so all tokens are issued without Risk Gate: run risk-gate resume.',
    ],
    [
      'no action',
      { change: (world) => world.run('register --remove') },
      'error    action: The organization acme has no pre-issue access token action, so all tokens are issued without Risk Gate: run risk-gate register.',
    ],
    [
      'the action of somebody else',
      {
        change: async ({ api: { actions } }) => {
          Object.assign(actions[0] ?? {}, { name: 'Other', uri: 'https://other.example.com/x' });
        },
      },
      'error    action: The organization acme has another action, "Other", so all tokens are issued without Risk Gate: give its name with --name, or take it over with risk-gate register --replace.',
    ],
    [
      'a rule',
      { applications: [SHOP, app('wiki')], register: '--application shop' },
      'warning  action: Its rule selects requests (application is shop): all others get their tokens without Risk Gate.\n' +
        'warning  applications: The application "wiki" gets tokens without Risk Gate, because the rule of the action does not select it: change the rule if it is to be protected.',
    ],
    [
      'opaque tokens',
      {
        applications: [
          SHOP,
          app('wiki', { tokenType: 'Default' }),
          app('blog', { tokenType: 'Default' }),
        ],
      },
      'error    applications: The applications "wiki" and "blog" get opaque access tokens, for which Risk Gate is never called: choose the token type JWT in the Console.',
    ],
    [
      'a grant that does not call',
      {
        applications: [
          app('shop', {
            grants: ['authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'],
          }),
        ],
      },
      'warning  applications: The grant urn:ietf:params:oauth:grant-type:token-exchange of "shop" may not call the action: the identity server calls it for authorization_code, client_credentials, password and refresh_token.',
    ],
    [
      'an application that was never seen',
      { applications: [SHOP, app('wiki'), { id: 'saml', name: 'saml' }, app('Console')] },
      'warning  applications: The service has seen no request of "wiki": request a token, and see whether a decision is recorded.',
    ],
  ])('%s', async (_, options, expected) => {
    const { exitCode, output, errors } = await status(shopDaily, options);
    expect(errors).toBe('');
    expect(output).toContain(`${expected}\n`);
    expect(exitCode).toBe(expected.startsWith('error') ? 1 : 0);
  });

  test.each<[name: string, lines: readonly string[], expected: string]>([
    [
      'a client that has stopped',
      [...shopDaily, ...daily('client-of-wiki', 15, 4)],
      'warning  requests: 1 client that called regularly has stopped: client-of-wiki (last on 2026-11-24); see whether they still get tokens, and if so, why without Risk Gate.',
    ],
    [
      'half of the requests without an address',
      shopDaily.map((record, index) =>
        index % 2 === 0 ? record.replace('"value":"198.51.100.7"', '"cause":"missing"') : record,
      ),
      'error    requests: 50 % of the requests have no usable client address, so the policy decides without country and reputation: let the edge set the header, and allow it with risk-gate register.',
    ],
    [
      'a policy in monitor mode',
      [...daily('client-of-shop', 15, 0, { policy_mode: 'monitor' })],
      'warning  requests: The policy is in monitor mode, so it refuses and restricts nothing, except by rules with mode: enforce of their own: follow docs/rollout.md, and deploy it with mode: enforce.',
    ],
    [
      'a policy that was in monitor mode on a part of the last day',
      [...shopDaily, line(0, 'client-of-shop', { policy_mode: 'monitor' })],
      'warning  requests: A policy in monitor mode has decided on 50 % of the requests of the last day: run the command again tomorrow if the mode has just been changed.',
    ],
    [
      'a new version of the contract',
      [...daily('client-of-shop', 15, 2), ...daily('client-of-shop', 1, 0, { api_version: 'v2' })],
      'warning  requests: The contract has changed since yesterday (calls with x-wso2-api-version v2): see the section "Contract changed" of docs/runbook.md.',
    ],
    [
      'an unknown version',
      daily('client-of-shop', 15, 0, { api_version: 'v9' }),
      'warning  requests: Calls have x-wso2-api-version v9; the newest known fields are those of contract 1.3: this release knows only v1, so look for a newer one.',
    ],
    [
      'a short history',
      daily('client-of-shop', 2, 0),
      'warning  requests: The records do not reach back far enough to tell which clients have stopped.',
    ],
    [
      'records of an earlier release',
      shopDaily.map((record) => record.replace(/"api_version".*?"contract":"1.3",/, '')),
      'warning  requests: The records name no version of the contract: deploy the current version of the service.',
    ],
  ])('%s', async (_, lines, expected) => {
    const { output, errors } = await status(lines);
    expect(errors).toBe('');
    expect(output).toContain(`${expected}\n`);
  });
});

test('a policy that was in monitor mode on earlier days is enforced', async () => {
  const { output } = await status([
    ...daily('client-of-shop', 15, 1, { policy_mode: 'monitor' }),
    line(0, 'client-of-shop'),
  ]);
  expect(output).toContain('ok       requests: The policy is in enforce mode.\n');
});

describe('what the API refuses is a warning, and the rest is checked:', () => {
  const OIDC = { path: 'inbound-protocols', times: 100 };
  const THREE = [SHOP, app('wiki'), app('blog')];
  test.each<[name: string, change: (world: RegistrationWorld) => void, expected: string]>([
    [
      'the protocols of all applications',
      ({ api }) => api.fail({ kind: 'status', status: 403 }, OIDC),
      'The organization acme does not allow to read how applications get their tokens (status 403), so opaque tokens were not looked for: authorize the scopes of the applications API that include their protocols, or use --no-applications.',
    ],
    [
      'the protocol of one application',
      ({ api }) => api.fail({ kind: 'status', status: 500 }, { path: 'id-of-wiki', times: 3 }),
      'The protocol of the application "wiki" cannot be read, because the server failed (status 500): run the command again, and look at its log if it fails again.',
    ],
    [
      'a page of a proxy',
      ({ api }) => api.fail({ kind: 'html' }, OIDC),
      'The protocol of the application "shop" cannot be read, because the answer of HOST (status 200) is a web page: check the URL, and whether a proxy answers instead. The same for 2 other applications.',
    ],
    [
      'the list of applications',
      ({ api }) => api.fail({ kind: 'status', status: 403 }, { path: '/applications' }),
      'The applications of the organization acme cannot be listed, because the access token lacks the scope internal_application_mgt_view: authorize it for the application in the Console, under API Authorization.',
    ],
  ])('%s', async (_, fail, expected) => {
    let host = '';
    const { exitCode, output, errors } = await status(shopDaily, {
      applications: THREE,
      change: (world) => {
        host = new URL(world.api.origin).host;
        fail(world);
        return undefined;
      },
    });
    expect(errors).toBe('');
    expect(output).toContain(`warning  applications: ${expected.replace('HOST', host)}\n`);
    expect(output).toContain('ok       action: The action "Risk Gate" is active, in version v1.\n');
    expect(output).not.toContain('of all applications');
    expect(exitCode).toBe(0);
  });

  test('the scope for applications', async () => {
    const scopes = ALL_SCOPES.filter((scope) => !scope.includes('application'));
    const clients = [{ id: 'client', secret: CLIENT_SECRET, scopes }];
    const { output, errors } = await status(shopDaily, { clients });
    expect(errors).toBe('');
    expect(output).toContain('lacks the scope internal_application_mgt_view');
    expect(output).toContain('ok       action: The action "Risk Gate" is active, in version v1.\n');
  });
});

test('An application of unknown token type is not taken for one with JWTs', async () => {
  const { output } = await status(shopDaily, {
    applications: [app('shop', { tokenType: undefined })],
  });
  expect(output).toContain(
    'warning  applications: The identity server does not say which access tokens "shop" gets: see in the Console that they are JWTs.\n',
  );
});

test('The client secret of an application is in no output', async () => {
  const { output } = await status(shopDaily, { args: '--json' });
  expect(output).not.toContain('secret-of-');
});

test('Wrong options are reported before anything is read', async () => {
  const world = await registrationWorld();
  const args = 'status --records /none --organization acme';
  expect(await world.run(args, { isBare: true })).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('There is no credential of the API'),
  });
  expect(await world.run('status --records /none --tenant acme', { isBare: true })).toMatchObject({
    exitCode: 2,
    errors: expect.stringContaining('Expected either --organization NAME'),
  });
});

test('names in any script are aligned', async () => {
  const { output } = await status([line(0, '株式会社'), line(0, 'client-of-shop')], {
    args: '--no-applications',
  });
  expect(output).toContain('about 2 requests of 2 clients');
  expect(output).toContain('株式会社               authorization_code  1         2026-11-28\n');
  expect(output).toContain('client-of-shop         authorization_code  1         2026-11-28\n');
  expect((await status([line(0, 'one')])).output).toContain('about 1 request of 1 client');
});

test('sampled records are scaled, tests are left out, and gzip is read', async () => {
  const world = await registrationWorld({ applications: [SHOP] });
  const lines = [
    ...daily('client-of-shop', 15, 0, { sampled_percent: 10 }),
    line(0, 'canary', { test: 'canary' }),
    '{"event":"started"}',
  ];
  const file = join(folder, 'records.log.gz');
  writeFileSync(file, gzipSync(lines.join('\n')));
  const { output } = await world.run(`status --records ${file} --json --no-applications`);
  expect(JSON.parse(output).traffic).toMatchObject({
    requests: 160,
    clients: [{ clientId: 'client-of-shop', requests: 160, lastDay: '2026-11-28' }],
  });
});

test('--strict makes warnings findings', async () => {
  const args = { args: '--strict', register: '--application shop' };
  expect(await status(shopDaily, args)).toMatchObject({ exitCode: 1 });
});

test('without records of clients the command fails', async () => {
  expect(await status(['{"event":"started"}'])).toEqual({
    exitCode: 1,
    output: '',
    errors:
      'Error: The input contains no decision record of a client: name files with lines such as {"event":"decision",…}, as the service prints them.\n',
  });
});
