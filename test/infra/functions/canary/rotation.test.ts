import { errorBody, successBody } from '../../../../app/src/action/response.ts';
import { type Respond, responding } from '../../../support/https/endpoint.ts';
import { describeWithMoto } from '../../../support/moto.ts';
import { startWorld, type World } from './world.ts';

const MINUTE_MS = 60_000;
const SUCCESS = responding(200, successBody([]));
const UNAUTHORIZED = responding(
  401,
  errorBody('unauthorized', 'The credential is missing or wrong.'),
);

const credential = (secret: string) =>
  JSON.stringify({ scheme: 'api-key', header: 'x-api-key', secret });
const OLD = 'the-old-credential';
const NEW = 'the-new-credential';

/** Tasks that know these API keys, and the keys that they have received. */
function tasksWith(...keys: readonly string[]): {
  readonly sent: string[];
  readonly respond: Respond;
} {
  const sent: string[] = [];
  return {
    sent,
    respond(request, response) {
      const key = String(request.headers['x-api-key']);
      sent.push(key);
      (keys.includes(key) ? SUCCESS : UNAUTHORIZED)(request, response);
    },
  };
}

describeWithMoto('During a rotation, the canary sends what the tasks accept', () => {
  let world: World;

  beforeAll(async () => {
    world = await startWorld();
  });

  afterAll(() => world.stop());

  test.each([
    { name: 'a new secret', versions: [NEW], minutes: 0, known: [NEW], sent: [NEW] },
    { name: 'tasks do not know the new version', minutes: 1, known: [OLD], sent: [OLD] },
    { name: 'tasks know both versions', minutes: 5, known: [OLD, NEW], sent: [OLD] },
    { name: 'tasks have had time to read it', minutes: 7, known: [OLD, NEW], sent: [NEW] },
    { name: 'the previous version is revoked at once', minutes: 1, known: [NEW], sent: [OLD, NEW] },
    { name: 'a task could not read the new version', minutes: 7, known: [OLD], sent: [NEW, OLD] },
    { name: 'the previous version has expired', minutes: 3000, known: [NEW], sent: [NEW] },
  ])('$name', async ({ versions = [OLD, NEW], minutes, known, sent }) => {
    const tasks = tasksWith(...known);
    const [line] = await world.run({
      secrets: versions.map(credential),
      respond: tasks.respond,
      options: { now: () => Date.now() + minutes * MINUTE_MS },
    });
    expect(line).toMatchObject({ outcome: 'ok' });
    expect(tasks.sent).toEqual(sent);
  });

  test('a rotation between two runs, with a task that rejects the previous version', async () => {
    const before = tasksWith(OLD);
    const { run, lines, secretArn } = await world.create({
      secrets: [credential(OLD)],
      respond: before.respond,
    });
    await run();
    await world.putSecret(secretArn, credential(NEW));
    const after = tasksWith(NEW);
    world.endpoint.respondWith(after.respond);
    await run();
    expect(lines).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }]);
    expect([...before.sent, ...after.sent]).toEqual([OLD, OLD, NEW]);
  });

  test.each([
    { minutes: 4, sent: [OLD, OLD] },
    // As often as the tasks, so that it sends no version that they have forgotten.
    { minutes: 5, sent: [OLD, NEW] },
  ])('it reads the secret every five minutes: after $minutes min', async ({ minutes, sent }) => {
    let clock = Date.now() + 60 * MINUTE_MS;
    const tasks = tasksWith(OLD, NEW);
    const { run, secretArn } = await world.create({
      secrets: [credential(OLD)],
      respond: tasks.respond,
      options: { now: () => clock },
    });
    await run();
    await world.putSecret(secretArn, credential(NEW));
    clock += minutes * MINUTE_MS;
    await run();
    expect(tasks.sent).toEqual(sent);
  });

  test('Secrets Manager is down: the last value, as the service uses it', async () => {
    let clock = Date.now();
    const tasks = tasksWith(OLD);
    const secrets = { ...world.secrets, send: world.secrets.send.bind(world.secrets) };
    const { run, lines } = await world.create({
      secrets: [credential(OLD)],
      respond: tasks.respond,
      options: { secrets: secrets as typeof world.secrets, now: () => clock },
    });
    await run();
    secrets.send = () => Promise.reject(new Error('down'));
    clock += 60 * MINUTE_MS;
    await run();
    expect(lines).toMatchObject([{ outcome: 'ok' }, { outcome: 'ok' }]);
    expect(tasks.sent).toEqual([OLD, OLD]);
  });
});
