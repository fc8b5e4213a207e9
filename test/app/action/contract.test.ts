import { MAX_NEW_FIELDS } from '../../../app/src/action/contract.ts';
import { readTokenRequest } from '../../../app/src/action/request.ts';
import { PAYLOADS, payload, requestWith } from '../../support/payloads.ts';

const contractOf = (body: string) => readTokenRequest(body).contract;

describe('The fields of a request show the version of its contract', () => {
  const VERSIONS: Readonly<Record<string, string>> = {
    ...{ '01': '1.0', '02': '1.3', '03': '1.3', '04': '1.0', '05': '1.1', '06': '1.3' },
    ...{ '08': '1.0', '23': '1.3' },
  };
  test.each(PAYLOADS.map((name) => [name]))('%s', (name) => {
    const version = VERSIONS[name.slice(0, 2)] ?? '1.1';
    expect(contractOf(payload(name))).toEqual({ version, newFields: [] });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a refresh token', { 'event.refreshToken': { claims: [] } }, '1.1'],
    ['a session', { 'event.session': { sessionDataKeyConsent: 'x' } }, '1.2'],
    ['an empty session', { 'event.session': {} }, '1.2'],
    ['a response beside a session', { 'event.session': {}, 'event.response': {} }, '1.3'],
  ])('%s', (_, fields, version) => {
    expect(contractOf(requestWith('01', fields)).version).toBe(version);
  });
});

describe('Fields that no known version has are named', () => {
  test.each<[string, Record<string, unknown>, readonly string[]]>([
    ['at the top', { riskScore: 3 }, ['riskScore']],
    ['in event', { 'event.device': { id: 'x' } }, ['event.device']],
    ['in an object of event', { 'event.user.userType': 'LOCAL' }, ['event.user.userType']],
    ['with the value null', { 'event.device': null }, ['event.device']],
    ['named like a property of Object', { 'event.constructor': 1 }, ['event.constructor']],
    ['not deeper', { 'event.organization.parent': { id: 1 } }, ['event.organization.parent']],
    ['not in a field of another type', { 'event.tenant': ['x'], 'event.user': 'me' }, []],
    [
      'not the names that a client chooses',
      { 'event.request.additionalHeaders': { device: ['x'] }, 'event.accessToken.claims': [{}] },
      [],
    ],
  ])('%s', (_, fields, expected) => {
    expect(contractOf(requestWith('03', fields)).newFields).toEqual(expected);
  });

  test('no more than a few', () => {
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`event.f${at}`, at]));
    expect(contractOf(requestWith('01', many)).newFields).toEqual(
      Array.from({ length: MAX_NEW_FIELDS }, (_, at) => `event.f${at}`),
    );
  });
});
