import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALL_SCOPES } from '../../../../app/dev/simulator/actions-api/actions-api.ts';
import { closeWorlds, registrationWorld } from '../../../support/identity-server.ts';
import { policyText, rule } from '../../../support/policies.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'risk-gate-register-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeWorlds);

const APPLICATIONS = [
  // More than a page.
  ...Array.from({ length: 120 }, (_, index) => ({ id: `id-${index}`, name: `App ${index}` })),
  { id: 'shop', name: 'Web shop' },
  { id: 'twin-1', name: 'Twin' },
  { id: 'twin-2', name: 'Twin' },
];

/** Returns the rule of the registered action as text: alternatives, each with its expressions. */
async function ruleOf(args: string) {
  const world = await registrationWorld({ applications: APPLICATIONS });
  const { exitCode, errors, output } = await world.run(`register ${args}`);
  const [action] = world.api.actions;
  const rules = action?.rule?.rules.map(({ expressions }) =>
    expressions.map(({ field, operator, value }) => `${field} ${operator} ${value}`).join(' & '),
  );
  return { world, exitCode, errors, output, rules };
}

describe('the rule', () => {
  test.each<[string, string[] | undefined, string]>([
    ['', undefined, 'every request'],
    ['--every-request', undefined, 'every request'],
    ['--application "Web shop"', ['application equals shop'], 'application is Web shop'],
    [
      '--application "App 7" "App 119"',
      ['application equals id-7', 'application equals id-119'],
      'application is App 7; or application is App 119',
    ],
    ['--grant password', ['grantType equals password'], 'grant is password'],
    [
      '--not-grant refresh_token password',
      ['grantType notEquals refresh_token & grantType notEquals password'],
      'grant is not refresh_token and grant is not password',
    ],
    [
      '--not-application "Web shop" --grant password client_credentials',
      [
        'grantType equals password & application notEquals shop',
        'grantType equals client_credentials & application notEquals shop',
      ],
      'grant is password and application is not Web shop; or grant is client_credentials and application is not Web shop',
    ],
    [
      '--application "Web shop" "App 1" --not-grant refresh_token',
      [
        'application equals shop & grantType notEquals refresh_token',
        'application equals id-1 & grantType notEquals refresh_token',
      ],
      'application is Web shop and grant is not refresh_token; or application is App 1 and grant is not refresh_token',
    ],
  ])('%s', async (args, expected, text) => {
    const { world, rules, output } = await ruleOf(args);
    expect(rules).toEqual(expected);
    expect(output).toContain(text);
    expect((await world.run(`register ${args}`)).output).toContain(`called for: ${text}.`);
  });

  test('stays without an option, and is removed on request', async () => {
    const { world } = await ruleOf('--grant password');
    const kept = await world.run('register --allow-header x-tier');
    expect(kept.output).toContain('grant is password (unchanged)');
    expect(world.api.actions[0]?.rule).toBeDefined();
    const removed = await world.run('register --allow-header x-tier --every-request');
    expect(removed.output).toContain('grant is password → every request');
    expect(world.api.actions[0]?.rule).toBeUndefined();
  });

  test.each([
    ['by its name', ALL_SCOPES, 'application is Web shop → every request'],
    [
      'by its id without the scope for names',
      ALL_SCOPES.filter((scope) => !scope.includes('application')),
      'application is shop → every request',
    ],
  ])('shows an application of the present rule %s', async (_, scopes, expected) => {
    const clients = [{ id: 'client', secret: 'client-secret', scopes }];
    const world = await registrationWorld({ applications: APPLICATIONS, clients });
    await world.run('register');
    const expression = { field: 'application', operator: 'equals', value: 'shop' };
    const rules = [{ condition: 'AND' as const, expressions: [expression] }];
    Object.assign(world.api.actions[0] ?? {}, { rule: { condition: 'OR', rules } });
    const { exitCode, output, errors } = await world.run('register --every-request');
    expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' });
    expect(output).toContain(expected);
  });

  test('is the same in another order', async () => {
    const { world } = await ruleOf('--grant password client_credentials');
    const again = await world.run('register --grant client_credentials password');
    expect(again.output).toMatch(/^Nothing to change/);
  });

  test.each([
    ['Shop', 'There is no application with the name "Shop": copy the name from the Console.'],
    ['web SHOP', 'There is no application with the name "web SHOP": write "Web shop".'],
    ['Twin', '2 applications have the name "Twin": rename one of them in the Console.'],
  ])('application %s', async (name, message) => {
    const { exitCode, errors, world } = await ruleOf(`--application "${name}"`);
    expect([exitCode, errors]).toEqual([1, `Error: ${message}\n`]);
    expect(world.api.actions).toEqual([]);
  });
});

describe('the allowed names', () => {
  const POLICY = policyText(
    rule('tier', 'request.headers["X-Tier"] == request.params["Device"]', '{ lifetime: 5m }'),
  );

  test.each<[string, string, string[], string[] | undefined]>([
    ['the address header', '', ['x-client-source-ip'], undefined],
    [
      'signatures',
      '--signed-address',
      ['x-client-source-ip', 'x-client-source-ip-signature'],
      undefined,
    ],
    ['those of a policy', '--policy policy.yaml', ['x-client-source-ip', 'x-tier'], ['Device']],
    [
      'additional ones',
      '--allow-header X-More --allow-parameter more',
      ['x-client-source-ip', 'x-more'],
      ['more'],
    ],
  ])('are %s', async (_, args, headers, parameters) => {
    writeFileSync(join(folder, 'policy.yaml'), POLICY);
    const { api, run } = await registrationWorld();
    expect(await run(`register ${args}`, { folder })).toMatchObject({ exitCode: 0, errors: '' });
    const [action] = api.actions;
    expect([action?.allowedHeaders, action?.allowedParameters]).toEqual([headers, parameters]);
  });

  test.each([
    ['--allow-header x_tier', 'does not pass on the header "x_tier": a name must have'],
    ['--allow-header x', 'does not pass on the header "x"'],
    [
      '--allow-header X-Forwarded-For',
      'Asgardeo withholds the header x-forwarded-for from actions',
    ],
    ['--allow-parameter a[0]', 'does not pass on the parameter "a[0]"'],
    ['--allow-parameter client_id', 'Asgardeo withholds the parameter client_id'],
  ])('%s is refused before any call', async (args, message) => {
    const { api, run } = await registrationWorld();
    const { exitCode, errors } = await run(`register ${args}`);
    expect([exitCode, api.calls]).toEqual([1, []]);
    expect(errors).toContain(message);
  });

  test('computed names of a policy are a warning; a broken policy is an error', async () => {
    const { run } = await registrationWorld();
    const computed = rule('any', 'request.headers[request.grant] == "1"', '{ lifetime: 5m }');
    writeFileSync(join(folder, 'computed.yaml'), policyText(computed));
    writeFileSync(join(folder, 'broken.yaml'), policyText(computed.replace('grant', 'grunt')));
    const warned = await run('register --policy computed.yaml', { folder });
    expect(warned.output).toContain(
      'Warning: The policy computes names that it reads in request.headers',
    );
    const { exitCode, errors } = await run('register --policy broken.yaml', { folder });
    expect([exitCode, errors]).toEqual([1, expect.stringContaining('broken.yaml:')]);
  });
});

describe('the credential', () => {
  const SECRET = 'another-secret-9876543210';
  const OAUTH2 = {
    scheme: 'oauth2',
    issuer: 'https://is.example/oauth2/token',
    audience: 'caller',
    scope: 'gate',
  };

  test.each<[object, object]>([
    [
      { scheme: 'bearer', secret: SECRET },
      { type: 'BEARER', visible: {}, secret: { accessToken: SECRET } },
    ],
    [
      { scheme: 'basic', username: 'gate', secret: SECRET },
      { type: 'BASIC', visible: { username: 'gate' }, secret: { password: SECRET } },
    ],
    [
      { scheme: 'api-key', header: 'x-gate', secret: SECRET },
      { type: 'API_KEY', visible: { header: 'x-gate' }, secret: { value: SECRET } },
    ],
  ])('%j', async (credential, stored) => {
    const { api, run } = await registrationWorld();
    const environment = { ACTION_CREDENTIAL: JSON.stringify(credential) };
    expect((await run('register --no-probe', { environment })).exitCode).toBe(0);
    expect(api.actions[0]?.authentication).toEqual(stored);
    expect((await run('register', { environment })).output).toMatch(/^Nothing to change/);
  });

  test('can come from a file', async () => {
    const { api, run } = await registrationWorld();
    const file = join(folder, 'credential.json');
    writeFileSync(file, JSON.stringify({ scheme: 'bearer', secret: SECRET }));
    expect((await run(`register --no-probe --credential-file ${file}`)).exitCode).toBe(0);
    expect(api.actions[0]?.authentication.secret).toEqual({ accessToken: SECRET });
  });

  test('oauth2 needs the client of the identity server', async () => {
    const { api, run } = await registrationWorld();
    const environment = { ACTION_CREDENTIAL: JSON.stringify(OAUTH2) };
    const refused = await run('register', { environment });
    expect(refused.exitCode).toBe(1);
    expect(refused.errors).toContain(
      'set RISK_GATE_CALLER_CLIENT_ID and RISK_GATE_CALLER_CLIENT_SECRET',
    );
    const accepted = await run('register --caller-token-endpoint https://is.example/oauth2/token', {
      environment: {
        ...environment,
        RISK_GATE_CALLER_CLIENT_ID: 'caller',
        RISK_GATE_CALLER_CLIENT_SECRET: 'caller-secret',
      },
    });
    expect(accepted).toMatchObject({ exitCode: 0, errors: '' });
    expect(accepted.output).toContain('OAuth2 client credentials of caller, •••');
    expect(api.actions[0]?.authentication).toEqual({
      type: 'CLIENT_CREDENTIAL',
      visible: {
        clientId: 'caller',
        tokenEndpoint: 'https://is.example/oauth2/token',
        scopes: 'gate',
      },
      secret: { clientSecret: 'caller-secret' },
    });
  });

  test('oauth2 of the same organization needs a rule without the application of the token', async () => {
    const applications = [{ id: 'caller-id', name: 'Caller' }];
    const { api, run } = await registrationWorld({ applications });
    const environment = {
      ACTION_CREDENTIAL: JSON.stringify(OAUTH2),
      RISK_GATE_CALLER_CLIENT_ID: 'caller',
      RISK_GATE_CALLER_CLIENT_SECRET: 'caller-secret',
    };
    const args = `register --caller-token-endpoint ${api.origin}/t/acme/oauth2/token`;
    const refused = await run(args, { environment });
    expect(refused.errors).toContain('so that nobody gets a token: exclude the application');
    expect(api.actions).toEqual([]);
    const accepted = await run(`${args} --not-application Caller`, { environment });
    expect(accepted).toMatchObject({ exitCode: 0, errors: '' });
  });

  test.each([
    ['--not-grant client_credentials', 0],
    ['--grant password authorization_code', 0],
    ['--grant password client_credentials', 1],
    ['--not-grant password', 1],
  ])('oauth2 of the same organization: %s', async (rule, exitCode) => {
    const { api, run } = await registrationWorld();
    const environment = {
      ACTION_CREDENTIAL: JSON.stringify(OAUTH2),
      RISK_GATE_CALLER_CLIENT_ID: 'caller',
      RISK_GATE_CALLER_CLIENT_SECRET: 'caller-secret',
    };
    const args = `register --caller-token-endpoint ${api.origin}/t/acme/oauth2/token ${rule}`;
    expect(await run(args, { environment })).toMatchObject({ exitCode });
  });

  test('comes from standard input once', async () => {
    const { run } = await registrationWorld();
    const args = 'register --client-secret-file - --credential-file -';
    expect(await run(args, { stdin: 'client-secret' })).toEqual({
      exitCode: 2,
      output: '',
      errors: 'Error: Standard input (-) can be read only once: give --credential-file a file.\n',
    });
  });

  test('is not repeated if it is malformed', async () => {
    const { run } = await registrationWorld();
    const environment = { ACTION_CREDENTIAL: '{"scheme":"bearer","secret":"short-secret"}' };
    const { errors } = await run('register', { environment });
    expect(errors).toContain('The credential has a "secret" that is too short');
  });
});
