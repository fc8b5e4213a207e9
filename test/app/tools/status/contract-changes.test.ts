import type { Activity } from '../../../../app/tools/status/activity.ts';
import {
  describeContractChange,
  findContractChanges,
} from '../../../../app/tools/status/contract-changes.ts';
import { daysOf, windowOf } from '../../../support/activity.ts';

type Fields = Partial<Activity>;

/** The changes of requests that had the first fields until the day before yesterday, and the others since. */
const changesOf = (before: Fields, since: Fields, pictures = ['xxxxx . .', 'x x']) =>
  findContractChanges(
    windowOf(daysOf('app', pictures[0] ?? '', before), daysOf('app', pictures[1] ?? '', since)),
  )?.map(describeContractChange);

describe('The contract has changed:', () => {
  test.each<[name: string, before: Fields, since: Fields, changes: readonly string[]]>([
    ['nothing', {}, {}, []],
    ['version', {}, { apiVersion: 'v2' }, ['calls with x-wso2-api-version v2']],
    ['header', {}, { apiVersion: undefined }, ['calls without x-wso2-api-version']],
    ['header', { apiVersion: undefined }, {}, ['calls with x-wso2-api-version v1']],
    ['field', {}, { newField: 'event.device' }, ['the unknown field event.device']],
    ['fewer fields', { newField: 'event.device' }, {}, []],
    ['newer', { contract: '1.2' }, { contract: '1.3' }, ['contract 1.3 after 1.2']],
    ['newer', { contract: '1.9' }, { contract: '1.10' }, ['contract 1.10 after 1.9']],
    [
      'older',
      { contract: '1.10' },
      { contract: '1.9' },
      ['contract 1.9 after 1.10 for client_credentials'],
    ],
    [
      'another grant without a field of the newest version',
      {},
      { grant: 'password', contract: '1.1' },
      [],
    ],
    ['records of a release without the contract', { contract: undefined }, {}, undefined as never],
    ['no requests since', {}, { contract: undefined }, []],
  ])('%s', (_, before, since, changes) => {
    expect(changesOf(before, since)).toEqual(changes);
  });

  test.each<[name: string, pictures: string[], changes: readonly string[] | undefined]>([
    ['not with fewer than three days before', ['xx . .', 'x x'], undefined],
    ['not with a few requests since', ['xxx . .', '9 9'], []],
    ['not with a few requests on some day before', ['9xx . .', 'x x'], []],
    ['with enough', ['xxx . .', 'x .'], ['contract 1.1 after 1.3 for client_credentials']],
  ])('an older contract, %s', (_, pictures, changes) => {
    expect(changesOf({}, { contract: '1.1' }, pictures)).toEqual(changes);
  });

  test('not if a day before had no higher one for the grant', () => {
    const rows = [
      daysOf('app', 'x.xxx . .', { contract: '1.2' }),
      daysOf('app', '.x... . .', { contract: '1.1' }),
      daysOf('app', 'x .', { contract: '1.1' }),
    ];
    expect(findContractChanges(windowOf(...rows))).toEqual([]);
  });
});
