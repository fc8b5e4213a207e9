import type { StoredAction } from '../../../../app/dev/simulator/actions-api/actions-api.ts';
import {
  ACTION_SECRET,
  closeWorlds,
  type RegistrationWorld,
  registrationWorld,
} from '../../../support/identity-server.ts';

afterEach(closeWorlds);

/** The calls that change something. */
const changesOf = ({ api }: RegistrationWorld) =>
  api.calls
    .filter(({ method, path }) => method !== 'GET' && path !== '/oauth2/token')
    .map(({ method, path, body }) => ({
      call: `${method} ${path.replace(/[0-9a-f-]{36}/, 'ID').replace('/actions/preIssueAccessToken', '')}`,
      body: body === '' ? undefined : JSON.parse(body),
    }));

/** Registers the action, and forgets the calls. */
async function registered(options = {}, args = 'register'): Promise<RegistrationWorld> {
  const world = await registrationWorld(options);
  expect(await world.run(args)).toMatchObject({ exitCode: 0, errors: '' });
  (world.api.calls as unknown[]).length = 0;
  return world;
}

describe.each(['new', 'old'] as const)('with the %s generation', (generation) => {
  const names = generation === 'old' ? ' --no-allowed-names' : '';

  test('creates and activates the action; a second run changes nothing', async () => {
    const world = await registrationWorld({ generation });
    const { exitCode, output } = await world.run(`register${names}`);
    expect(exitCode).toBe(0);
    expect(output).toContain('Created the action "Risk Gate" of the organization acme:');
    expect(output).toContain('API key in x-api-key, •••');
    expect(output).toContain('The action is active.');
    expect(changesOf(world).map(({ call }) => call)).toEqual(['POST ', 'POST /ID/activate']);
    expect(world.api.actions).toMatchObject([
      {
        name: 'Risk Gate',
        status: 'ACTIVE',
        uri: world.gate.url,
        authentication: { type: 'API_KEY', secret: { value: ACTION_SECRET } },
        allowedHeaders: generation === 'new' ? ['x-client-source-ip'] : undefined,
      },
    ]);
    expect(world.gate.tests).toEqual(['verify']);

    const again = await world.run(`register${names}`);
    expect(again).toMatchObject({ exitCode: 0, errors: '' });
    expect(again.output).toBe(
      'Nothing to change: the action "Risk Gate" of the organization acme is active. It is called for: every request.\n',
    );
    expect(changesOf(world)).toHaveLength(2);
    expect(world.gate.tests).toHaveLength(1);
  });
});

test('a server that does not know lists of allowed names is described with the remedy', async () => {
  const { run } = await registrationWorld({ generation: 'old' });
  expect((await run('register')).errors).toBe(
    'Error: The action cannot be created, because the server does not know one of the fields, as before August 2025: allow the headers in deployment.toml, and use --no-allowed-names.\n',
  );
});

test.each<[string, Partial<StoredAction>, string, object | undefined, string]>([
  ['name', { name: 'Old name' }, 'register', { name: 'Risk Gate' }, 'Old name → Risk Gate'],
  [
    'headers',
    { allowedHeaders: ['x-other'] },
    'register',
    { endpoint: { allowedHeaders: ['x-client-source-ip'] } },
    'x-other → x-client-source-ip',
  ],
  ['case of headers', { allowedHeaders: ['X-Client-Source-IP'] }, 'register', undefined, ''],
  [
    'parameters',
    { allowedParameters: ['a'] },
    'register --allow-parameter a B',
    { endpoint: { allowedParameters: ['B', 'a'] } },
    'a → B, a',
  ],
  [
    'parameters that nobody reads',
    { allowedParameters: ['a'] },
    'register',
    { endpoint: { allowedParameters: [] } },
    'a → none',
  ],
  [
    'header of the key',
    { authentication: { type: 'API_KEY', visible: { header: 'x-old' }, secret: { value: 'k' } } },
    'register',
    {
      endpoint: {
        authentication: {
          type: 'API_KEY',
          properties: { header: 'x-api-key', value: ACTION_SECRET },
        },
      },
    },
    'API key in x-old, ••• → API key in x-api-key, •••',
  ],
  ['status', { status: 'INACTIVE' }, 'register', undefined, 'inactive → active'],
  ['status, left alone', { status: 'INACTIVE' }, 'register --no-activate', undefined, ''],
  ['description', { description: 'Ours' }, 'register', undefined, ''],
  [
    'credential on request',
    {},
    'register --update-credential',
    {
      endpoint: {
        authentication: {
          type: 'API_KEY',
          properties: { header: 'x-api-key', value: ACTION_SECRET },
        },
      },
    },
    'API key in x-api-key, ••• (sent again)',
  ],
])('changes only what differs: %s', async (_, stored, args, body, line) => {
  const world = await registered();
  const [action] = world.api.actions;
  if (action === undefined) throw new Error('There is no action.');
  Object.assign(action, stored);
  const plan = await world.run(`${args} --plan`);
  expect(changesOf(world)).toEqual([]);
  const isChanged = line !== '';
  expect(plan).toMatchObject({ exitCode: isChanged ? 1 : 0, errors: '' });
  expect(plan.output).toContain(line);

  const { exitCode, output } = await world.run(args);
  expect(exitCode).toBe(0);
  expect(output).toContain(isChanged ? line : 'Nothing to change');
  const expected = [
    ...(body ? [{ call: 'PATCH /ID', body }] : []),
    ...(line.endsWith('active') ? [{ call: 'POST /ID/activate', body: undefined }] : []),
  ];
  expect(changesOf(world)).toEqual(expected);
  if (!args.includes('update'))
    expect((await world.run(args)).output).toMatch(/^Nothing to change/);
});

test('a new endpoint gets the credential, too', async () => {
  const world = await registered();
  const [action] = world.api.actions;
  if (action !== undefined) action.uri = 'https://user:pass-word@old.example/a?key=secret-1';
  const { output } = await world.run('register');
  expect(output).toContain('https://old.example/a → ');
  expect(output).not.toMatch(/pass-word|secret-1/);
  expect(changesOf(world)).toMatchObject([
    { body: { endpoint: { authentication: { type: 'API_KEY' }, uri: world.gate.url } } },
  ]);
});

describe('the slot of somebody else', () => {
  const taken = async (): Promise<RegistrationWorld> => {
    const world = await registered();
    const [action] = world.api.actions;
    if (action !== undefined) {
      Object.assign(action, { name: 'Other\u001b[31m', uri: 'https://other.example/' });
    }
    return world;
  };

  test('is refused', async () => {
    const world = await taken();
    expect(await world.run('register')).toEqual({
      exitCode: 1,
      output: '',
      errors:
        'Error: The pre-issue access token action of the organization acme is "Other�[31m", which is not Risk Gate\'s: take it over with --replace, or name it with --name if it is.\n',
    });
    expect(changesOf(world)).toEqual([]);
  });

  test('is taken over on request, with the credential', async () => {
    const world = await taken();
    expect((await world.run('register --replace')).exitCode).toBe(0);
    expect(changesOf(world)).toMatchObject([
      { body: { name: 'Risk Gate', endpoint: { authentication: { type: 'API_KEY' } } } },
    ]);
    expect(world.api.actions).toHaveLength(1);
  });

  test.each(['pause', 'resume'])('is refused by %s', async (command) => {
    const world = await taken();
    const { exitCode, errors } = await world.run(command);
    expect(exitCode).toBe(1);
    expect(errors).toContain('has no action "Risk Gate", only "Other�[31m": name it with --name');
    expect(changesOf(world)).toEqual([]);
  });

  test('stays when Risk Gate is removed', async () => {
    const world = await taken();
    const { exitCode, output } = await world.run('register --remove');
    expect([exitCode, world.api.actions.length]).toEqual([0, 1]);
    expect(output).toContain('Nothing to remove');
  });
});

test('two actions that could be ours are refused', async () => {
  const world = await registered({ maximum: 2 });
  const [action] = world.api.actions;
  if (action !== undefined) world.api.actions.push({ ...action, id: 'second', name: 'Copy' });
  const { errors } = await world.run('register');
  expect(errors).toContain('2 actions that could be Risk Gate\'s, "Risk Gate" and "Copy"');
});

describe('a creation whose answer is lost', () => {
  test.each([
    ['times out after it was carried out', { kind: 'lost-response' }, 1],
    ['fails after it was carried out', { kind: 'status', status: 502, isCarriedOut: true }, 1],
    ['fails before it is carried out', { kind: 'status', status: 503 }, 2],
    ['is throttled', { kind: 'rate-limit', retryAfter: 2 }, 2],
    ['loses its connection', { kind: 'reset' }, 2],
  ] as const)('%s', async (_, fault, creations) => {
    const world = await registrationWorld();
    world.api.fail(fault, { method: 'POST', path: '/actions/preIssueAccessToken' });
    const { exitCode, output } = await world.run('register');
    expect(output).toContain('The action is active.');
    expect(exitCode).toBe(0);
    expect(world.api.actions).toMatchObject([{ status: 'ACTIVE' }]);
    const posts = changesOf(world).filter(({ call }) => call === 'POST ');
    expect(posts).toHaveLength(creations);
    expect((await world.run('register')).output).toMatch(/^Nothing to change/);
  });
});

test('an activation that fails can be repeated', async () => {
  const world = await registrationWorld();
  world.api.fail({ kind: 'status', status: 500 }, { path: '/activate', times: 3 });
  expect((await world.run('register')).errors).toBe(
    'Error: The action cannot be activated, because the server failed (status 500): run the command again, and look at its log if it fails again.\n',
  );
  expect(world.api.actions).toMatchObject([{ status: 'INACTIVE' }]);
  expect((await world.run('register')).output).toContain('inactive → active');
});

test('a token that expires in between is replaced', async () => {
  const world = await registrationWorld();
  world.api.fail({ kind: 'expire-tokens' }, { method: 'GET' });
  world.api.fail({ kind: 'expire-tokens' }, { path: '/activate' });
  expect((await world.run('register')).exitCode).toBe(0);
  expect(world.api.calls.filter(({ path }) => path === '/oauth2/token')).toHaveLength(3);
});

test.each<[string, number | undefined, string[], string]>([
  [
    'rejects the credential',
    undefined,
    ['another'],
    'it rejects the credential: wait five minutes',
  ],
  ['is not Risk Gate', 404, [], 'something other than Risk Gate answers (status 404)'],
])('nothing is changed while the endpoint %s', async (_, status, accepted, reason) => {
  const world = await registrationWorld();
  world.gate.status = status;
  world.gate.tasks = [() => accepted];
  const { exitCode, errors } = await world.run('register');
  expect(exitCode).toBe(1);
  expect(errors).toContain(`is not ready: ${reason}`);
  expect(changesOf(world)).toEqual([]);
  expect((await world.run('register --no-probe')).exitCode).toBe(0);
});

describe('remove', () => {
  test('deactivates and deletes; a second run has nothing to do', async () => {
    const world = await registered();
    expect(await world.run('register --remove --plan')).toMatchObject({ exitCode: 1 });
    expect(changesOf(world)).toEqual([]);
    expect((await world.run('register --remove')).output).toContain('Removed the action');
    expect(changesOf(world).map(({ call }) => call)).toEqual(['POST /ID/deactivate', 'DELETE /ID']);
    expect(world.api.actions).toEqual([]);
    expect((await world.run('register --remove')).output).toContain('Nothing to remove');
  });
});

describe('pause and resume', () => {
  test('register says that it activates a paused action', async () => {
    const world = await registered();
    await world.run('pause');
    expect((await world.run('register --plan')).output).toContain(
      'Warning: The action is inactive, and would be activated: if somebody has paused it, use --no-activate.',
    );
    expect((await world.run('register --no-activate --plan')).output).not.toContain('Warning');
    expect((await world.run('register')).output).toContain(
      'Warning: The action was inactive, and is active again: if somebody had paused it for a reason, run risk-gate pause.',
    );
    expect((await world.run('register')).output).not.toContain('Warning');
  });

  test('switch the action, and say what that means', async () => {
    const world = await registered();
    const paused = await world.run('pause');
    expect(paused.output).toContain('Tokens are issued without Risk Gate');
    expect(world.api.actions).toMatchObject([{ status: 'INACTIVE' }]);
    expect((await world.run('pause')).output).toContain('was already inactive');
    const resumed = await world.run('resume');
    expect(resumed.output).toContain('Risk Gate decides about tokens');
    expect(world.api.actions).toMatchObject([{ status: 'ACTIVE' }]);
    expect(JSON.parse((await world.run('--json resume')).output)).toMatchObject({ changed: false });
    expect(changesOf(world).map(({ call }) => call)).toEqual([
      'POST /ID/deactivate',
      'POST /ID/activate',
    ]);
  });

  test('resume refuses while Risk Gate does not answer', async () => {
    const world = await registered();
    await world.run('pause');
    world.gate.status = 502;
    const { exitCode, errors } = await world.run('resume');
    expect([exitCode, world.api.actions[0]?.status]).toEqual([1, 'INACTIVE']);
    expect(errors).toContain('is not ready: something other than Risk Gate answers (status 502)');
    expect((await world.run('resume --no-probe')).exitCode).toBe(0);
  });

  test('need an action', async () => {
    const { run } = await registrationWorld();
    const message = 'The organization acme has no pre-issue access token action';
    expect((await run('pause')).errors).toContain(message);
    expect((await run('resume')).errors).toContain(message);
  });
});
