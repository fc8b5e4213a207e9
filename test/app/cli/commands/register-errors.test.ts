import type { ActionsApiOptions } from '../../../../app/dev/simulator/actions-api/actions-api.ts';
import { freePort } from '../../../support/free-port.ts';
import { startHttpProxy } from '../../../support/http-proxy.ts';
import {
  API_ENVIRONMENT,
  closeWorlds,
  type RunOptions,
  registrationWorld,
} from '../../../support/identity-server.ts';

afterEach(closeWorlds);

/** One sentence for people: it begins with a capital letter, ends with a period, and names no class or stack. */
const SENTENCE = /^Error: [A-Z][^\n]+\.\n$/;

describe('each error of the API is one sentence with the remedy, and without the text of the server', () => {
  test.each<[string, number, string]>([
    ['ACTION-60001', 400, 'the server does not know this type of action: use Asgardeo'],
    ['ACTION-60003', 404, 'the action no longer exists: run the command again'],
    ['ACTION-60004', 400, 'a field is empty: check --name'],
    ['ACTION-60005', 400, 'a field is malformed: --name may have letters'],
    ['ACTION-60006', 400, 'the properties of the action are not valid for its type'],
    [
      'ACTION-60007',
      400,
      'withholds one of the allowed headers from actions: send its value in another',
    ],
    ['ACTION-60008', 400, 'withholds one of the allowed parameters from actions: remove it'],
    [
      'ACTION-60009',
      400,
      'version of the action is no longer the latest: open the action in the Console and upgrade',
    ],
    ['ACTION-60010', 400, 'a property of the authentication is missing'],
    ['ACTION-60011', 400, 'a property of the authentication is empty'],
    ['ACTION-60013', 400, 'the server does not accept the rule: check --application and --grant'],
    ['ACTION-60014', 400, 'the server does not know one of the fields'],
    [
      'ACTION-60015',
      403,
      'a sub-organization cannot have this type of action: register it in the root',
    ],
    ['ACTION-60016', 400, 'does not support allowed headers for this type: use --no-allowed-names'],
    ['ACTION-60017', 400, 'does not support allowed parameters for this type'],
    [
      'ACTION-600010',
      400,
      'this version of the action cannot have a rule: upgrade it in the Console',
    ],
    ['ACTION-650015', 501, 'the server does not have this type of action'],
    ['ACTION-650016', 501, 'the server does not have rules of actions'],
    ['ACTION-65001', 500, 'the server failed (status 500, ACTION-65001): run the command again'],
    [
      'ACTION-60099',
      400,
      'the server refused the request (status 400, ACTION-60099): check the options',
    ],
    ['my-action-secret-0123456789', 400, 'the server refused the request (status 400): check'],
    ['', 403, 'the access token lacks the scope internal_action_mgt_create: authorize it'],
    ['', 404, 'the organization acme was not found: check the name'],
    ['', 409, 'the server refused the request (status 409)'],
    ['', 429, 'there were too many requests: wait a minute'],
  ])('%s with status %i', async (code, status, reason) => {
    const { api, run } = await registrationWorld();
    api.fail({ kind: 'echo', status, code }, { method: 'POST', path: '/actions', times: 9 });
    const { exitCode, errors, output } = await run('register');
    expect([exitCode, output]).toEqual([1, '']);
    expect(errors).toMatch(SENTENCE);
    expect(errors).toContain('The action cannot be created, because ');
    expect(errors).toContain(reason);
    expect(api.actions).toEqual([]);
  });

  test('the maximum is reached by an action that nobody can see', async () => {
    const { run } = await registrationWorld({ maximum: 0 });
    expect((await run('register')).errors).toContain(
      'because the organization already has as many pre-issue access token actions as it may have',
    );
  });
});

describe('what an organization cannot do', () => {
  test.each<[string, ActionsApiOptions, string, string]>([
    [
      'be a sub-organization',
      { isSubOrganization: true },
      'register',
      'a sub-organization cannot have',
    ],
    ['lack the type', { isTypeDisabled: true }, 'register', 'does not have this type of action'],
    ['lack rules', { allowsRules: false }, 'register --grant password', 'cannot have a rule'],
  ])('%s', async (_, options, args, reason) => {
    const { run } = await registrationWorld(options);
    const { exitCode, errors } = await run(args);
    expect(exitCode).toBe(1);
    expect(errors).toMatch(SENTENCE);
    expect(errors).toContain(reason);
  });
});

describe('access', () => {
  const client = (scopes: readonly string[]) => ({
    clients: [{ id: 'client', secret: 'client-secret', scopes }],
  });
  const view = ['internal_action_mgt_view'];

  test.each<[string, readonly string[], string]>([
    ['register', view, 'internal_action_mgt_create and internal_action_mgt_update'],
    [
      'register --application Shop',
      [...view, 'internal_action_mgt_create'],
      'internal_action_mgt_update and internal_application_mgt_view',
    ],
    ['register --remove', view, 'internal_action_mgt_update and internal_action_mgt_delete'],
    ['pause', view, 'internal_action_mgt_update'],
    ['resume', [], 'internal_action_mgt_view and internal_action_mgt_update'],
  ])('%s names the missing scopes before any call', async (args, scopes, missing) => {
    const { api, run } = await registrationWorld(client(scopes));
    const { exitCode, errors } = await run(args);
    expect(exitCode).toBe(1);
    expect(errors).toBe(
      `Error: The application may not manage actions in the organization acme: authorize ${missing} for it in the Console, under API Authorization, and run the command again.\n`,
    );
    expect(api.calls.map(({ path }) => path)).toEqual(['/oauth2/token']);
  });

  test('a plan needs to read only', async () => {
    const { run } = await registrationWorld(client(view));
    expect(await run('register --plan')).toMatchObject({ exitCode: 1, errors: '' });
  });

  test.each<[string, RunOptions, number, string]>([
    [
      'a wrong secret',
      { environment: { RISK_GATE_CLIENT_SECRET: 'wrong-secret' } },
      1,
      'the client id or secret is wrong',
    ],
    [
      'no client',
      { environment: { RISK_GATE_CLIENT_ID: undefined } },
      2,
      'There is no credential of the API: set RISK_GATE_CLIENT_ID',
    ],
    [
      'no secret',
      { environment: { RISK_GATE_CLIENT_SECRET: '' } },
      2,
      'RISK_GATE_CLIENT_SECRET is not set',
    ],
    [
      'a client and a user',
      { environment: { RISK_GATE_USERNAME: 'admin' } },
      2,
      'are both set: unset one',
    ],
    [
      'a user of Asgardeo',
      { environment: { RISK_GATE_CLIENT_ID: '', RISK_GATE_USERNAME: 'admin' } },
      2,
      'Asgardeo does not accept a user name',
    ],
  ])('%s', async (_, options, exitCode, reason) => {
    const { run } = await registrationWorld();
    const result = await run('register', options);
    expect(result.exitCode).toBe(exitCode);
    expect(result.errors).toMatch(SENTENCE);
    expect(result.errors).toContain(reason);
  });

  test('the client secret can come from standard input or a file', async () => {
    const { run } = await registrationWorld();
    const environment = { RISK_GATE_CLIENT_SECRET: undefined };
    const fromInput = { environment, stdin: 'client-secret\n' };
    expect((await run('register --client-secret-file -', fromInput)).exitCode).toBe(0);
    const missing = await run('register --client-secret-file missing', { environment });
    expect(missing.errors).toContain('The file of --client-secret-file cannot be read (ENOENT)');
  });
});

describe('WSO2 Identity Server', () => {
  const users = [{ id: 'admin', secret: 'admin-password', scopes: ['internal_action_mgt_view'] }];
  const admin = {
    ...API_ENVIRONMENT,
    RISK_GATE_CLIENT_ID: undefined,
    RISK_GATE_USERNAME: 'admin',
    RISK_GATE_PASSWORD: 'admin-password',
  };

  test.each([
    ['carbon.super', '', 'the tenant carbon.super of '],
    ['wso2.com', ' --tenant wso2.com', 'the tenant wso2.com of '],
  ])('is the tenant %s', async (organization, tenant, label) => {
    const { api, gate, run } = await registrationWorld({ organization });
    const args = `register --server ${api.origin}${tenant} --endpoint ${gate.url} --address-header x-ip`;
    const result = await run(args, { isBare: true, environment: API_ENVIRONMENT });
    expect(result).toMatchObject({ exitCode: 0, errors: '' });
    expect(result.output).toContain(label);
  });

  test.each<[string, typeof admin, string]>([
    ['a missing permission', admin, 'the user lacks the permission internal_action_mgt_create'],
    [
      'a wrong password',
      { ...admin, RISK_GATE_PASSWORD: 'wrong-password' },
      'the user name or password is wrong',
    ],
  ])('names %s of a user', async (_, environment, reason) => {
    const { api, gate, run } = await registrationWorld({ organization: 'carbon.super', users });
    const args = `register --server ${api.origin} --endpoint ${gate.url} --address-header x-ip`;
    const { exitCode, errors } = await run(args, { isBare: true, environment });
    expect(exitCode).toBe(1);
    expect(errors).toMatch(SENTENCE);
    expect(errors).toContain(reason);
  });

  test('leaves excluded headers to the configuration of the server', async () => {
    const { api, gate, run } = await registrationWorld({ organization: 'carbon.super' });
    const args = `register --server ${api.origin} --endpoint ${gate.url} --address-header x-forwarded-for`;
    const { errors } = await run(args, { isBare: true, environment: API_ENVIRONMENT });
    expect(errors).toContain('the server withholds one of the allowed headers');
  });
});

describe('connections', () => {
  test.each<[string, { kind: 'html' } | { kind: 'reset' } | { kind: 'lost-response' }, string]>([
    [
      'a page of a proxy',
      { kind: 'html' },
      'is a web page: check the URL, and whether a proxy answers',
    ],
    ['a reset', { kind: 'reset' }, 'the connection was closed: run the command again'],
    ['silence', { kind: 'lost-response' }, 'it did not answer within 0.3 s: check the network'],
  ])('%s', async (_, fault, reason) => {
    for (const path of ['/oauth2/token', '/actions']) {
      const { api, run } = await registrationWorld();
      api.fail(fault, { path, times: 9 });
      const { exitCode, errors } = await run('pause');
      expect(exitCode).toBe(1);
      expect(errors).toMatch(SENTENCE);
      expect(errors).toContain(reason);
    }
  });

  test('a server that is not there, or does not speak TLS', async () => {
    const { api, run } = await registrationWorld();
    const refused = `pause --server http://localhost:${await freePort()}`;
    const options = { isBare: true, environment: API_ENVIRONMENT };
    expect((await run(refused, options)).errors).toContain(
      'no connection is possible: check the port',
    );
    const plain = `pause --server ${api.origin.replace('http:', 'https:')}`;
    expect((await run(plain, options)).errors).toContain(
      'TLS failed: check that the port speaks https',
    );
  });

  test('a read that fails twice succeeds in the end', async () => {
    const { api, run } = await registrationWorld();
    api.fail({ kind: 'status', status: 503 }, { method: 'GET', times: 2 });
    expect(await run('register')).toMatchObject({ exitCode: 0 });
  });

  test('go through the proxy of the environment, whose credentials no message contains', async () => {
    const { api, run } = await registrationWorld();
    const proxy = await startHttpProxy(Number(new URL(api.origin).port));
    try {
      const HTTP_PROXY = `http://operator:proxy-password@127.0.0.1:${proxy.port}`;
      const paused = await run('pause', { environment: { HTTP_PROXY } });
      expect(paused.errors).toContain('has no pre-issue access token action');
      expect(proxy.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
      const malformed = await run('pause', { environment: { HTTP_PROXY: 'proxy-password' } });
      expect(malformed).toMatchObject({
        exitCode: 2,
        errors: expect.stringContaining('HTTP_PROXY is not the URL of an HTTP proxy'),
      });
    } finally {
      await proxy.close();
    }
  });

  test('an unknown organization', async () => {
    const { run } = await registrationWorld({ organization: 'other' });
    expect((await run('pause')).errors).toContain('the organization or tenant was not found');
  });
});

test.each<[string, string]>([
  ['register', 'Expected either --organization NAME for Asgardeo, or --server URL'],
  ['register --organization a --server https://is.example', 'Expected either --organization NAME'],
  ['register --organization a --tenant b', '--tenant belongs to --server'],
  ['register --organization a/../b', '--organization must be a name of letters'],
  [
    'register --server https://admin:pass-word@is.example',
    '--server must be a URL with scheme and host only',
  ],
  [
    'register --server https://is.example/console',
    '--server must be a URL with scheme and host only',
  ],
  ['register --server http://is.example', '--server must begin with https://'],
  [
    'register --organization a --api-origin http://is.example',
    '--api-origin must begin with https://',
  ],
  [
    'register --organization a --endpoint http://gate.example/',
    '--endpoint must begin with https://',
  ],
  [
    'register --organization a --endpoint https://user:pass-word@gate.example/',
    '--endpoint must be a URL without user',
  ],
  ['register --organization a --endpoint https://gate.example/', 'There is no header to allow'],
  [
    'register --organization a --endpoint https://gate.example/ --signed-address',
    '--signed-address needs --address-header',
  ],
  ['register --organization a --name a.b', '--name must have 2 to 255 letters'],
  ['register --organization a --remove --rotate', '--remove and --rotate exclude each other'],
  ['register --organization a --remove --grant password', '--grant has no effect with --remove'],
  [
    'register --organization a --rotate --not-application Shop',
    '--not-application has no effect with --rotate',
  ],
  [
    'register --organization a --grant client-credentials',
    'A rule cannot have the grant "client-credentials": expected authorization_code',
  ],
  [
    'register --organization a --every-request --grant password',
    '--every-request removes the rule',
  ],
  [
    'register --organization a --grant password --not-grant password',
    '"password" is given with --grant and --not-grant',
  ],
])('`%s` is wrong usage', async (args, message) => {
  const { run } = await registrationWorld();
  const { exitCode, errors } = await run(args, { isBare: true, environment: API_ENVIRONMENT });
  expect([exitCode, errors]).toEqual([2, expect.stringContaining(message)]);
  expect(errors).toMatch(/^Error: [^\n]+\n$/);
  expect(errors).not.toMatch(/pass-word|secret-1/);
});
