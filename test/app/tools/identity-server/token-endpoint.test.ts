import { applyResponse, type Outcome } from '../../../../app/tools/identity-server/index.ts';
import { M2M, outcomeOf, payload } from './harness.ts';

const failed = (fields: Record<string, unknown>): Outcome =>
  outcomeOf(payload(M2M), JSON.stringify({ actionStatus: 'FAILED', ...fields }));

test('A refusal is a 400 with the reason and the description', () => {
  expect(failed({ failureReason: 'access_denied', failureDescription: 'No.' })).toEqual({
    kind: 'refused',
    status: 400,
    error: 'access_denied',
    errorDescription: 'No.',
  });
});

describe('A description', () => {
  test.each([
    ['that is absent', { failureReason: 'r' }],
    ['that is null', { failureReason: 'r', failureDescription: null }],
    ['that is absent beside a reserved reason', { failureReason: 'server_error' }],
  ])('%s makes the refusal a 200 without a token', (_, fields) => {
    expect(failed(fields)).toEqual({ kind: 'no-token-but-200' });
  });

  test('that is empty is omitted from the error', () => {
    expect(failed({ failureReason: 'r', failureDescription: '' })).toEqual({
      kind: 'refused',
      status: 400,
      error: 'r',
      errorDescription: undefined,
    });
  });
});

describe('The reason', () => {
  test.each([
    ['server_error'],
    ['Server_Error'],
    ['internal_server_error'],
    ['INTERNAL_SERVER_ERROR'],
    ['500'],
  ])('%s is a server error', (failureReason) => {
    expect(failed({ failureReason, failureDescription: 'd' }).kind).toBe('server-error');
  });

  test.each([
    ['invalid_client', 401, 'invalid_client', 'd'],
    ['Invalid_Client', 400, 'Invalid_Client', 'd'],
    ['sql_error', 502, 'server_error', 'Service Unavailable Error.'],
    ['server_error.', 400, 'server_error.', 'd'],
  ])('%s is a %i', (failureReason, status, error, errorDescription) => {
    const outcome = failed({ failureReason, failureDescription: 'd' });
    expect(outcome).toEqual({ kind: 'refused', status, error, errorDescription });
  });
});

const LETTERS = "AZaz09 -_.!?;:'()[]\t\n\r\f\v";
const good = { failureReason: 'access_denied', failureDescription: 'No entry.' };

describe('Reason and description', () => {
  test.each([
    ['every allowed character', { failureReason: LETTERS, failureDescription: LETTERS }],
    ['the maximum length', { failureReason: 'r'.repeat(100), failureDescription: 'd'.repeat(300) }],
  ])('of %s are accepted', (_, fields) => {
    expect(failed(fields).kind).toBe('refused');
  });

  test.each([...',/%"=@+é\\&<>{}*#~`$^|ı\u00A0\u2019\u0000'])(
    'with the character %j turn a refusal into a server error',
    (character) => {
      expect(failed({ ...good, failureReason: `a${character}` }).kind).toBe('server-error');
      expect(failed({ ...good, failureDescription: `a${character}` }).kind).toBe('server-error');
    },
  );

  test.each([
    ['a reason of 101 characters', { ...good, failureReason: 'r'.repeat(101) }],
    ['a description of 301 characters', { ...good, failureDescription: 'd'.repeat(301) }],
    ['an empty reason', { ...good, failureReason: '' }],
    ['a null reason', { ...good, failureReason: null }],
    ['a missing reason', { failureDescription: 'd' }],
    ['a reason that is a number', { ...good, failureReason: 42 }],
    ['a description that is an object', { ...good, failureDescription: {} }],
  ])('with %s turn a refusal into a server error', (_, fields) => {
    expect(failed(fields).kind).toBe('server-error');
  });
});

describe('an ERROR', () => {
  const error = (fields: Record<string, unknown>, status = 500): Outcome =>
    applyResponse(payload(M2M), {
      status,
      contentType: 'application/json',
      body: JSON.stringify({ actionStatus: 'ERROR', ...fields }),
    });

  test.each([
    ['without a description', { errorMessage: 'm' }],
    ['with a null description', { errorMessage: 'm', errorDescription: null }],
  ])('%s is a 200 without a token', (_, fields) => {
    expect(error(fields)).toEqual({ kind: 'no-token-but-200' });
    expect(error(fields, 401)).toEqual({ kind: 'no-token-but-200' });
  });

  test('with an empty description is a server error', () => {
    const outcome = error({ errorMessage: 'm', errorDescription: '' });
    expect(outcome).toMatchObject({ kind: 'server-error', retried: false });
  });

  test.each([
    ['a missing message', { errorDescription: 'd' }],
    ['a comma in the message', { errorMessage: 'no, sorry', errorDescription: 'd' }],
    ['a message of 101 characters', { errorMessage: 'm'.repeat(101), errorDescription: 'd' }],
    ['a description of 301 characters', { errorMessage: 'm', errorDescription: 'd'.repeat(301) }],
    ['the fields of a refusal', { failureReason: 'r', failureDescription: 'd' }],
  ])('with %s is not valid, so a 500 is retried and a 400 is not', (_, fields) => {
    expect(error(fields, 500)).toMatchObject({ kind: 'server-error', retried: true });
    expect(error(fields, 400)).toMatchObject({ kind: 'server-error', retried: false });
  });
});
