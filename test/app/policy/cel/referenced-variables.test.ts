import { Environment } from '@marcbachmann/cel-js';
import { referencedVariables } from '../../../../app/src/policy/cel/analysis/referenced-variables.ts';
import { treeOf } from '../../../../app/src/policy/cel/library/evaluation.ts';
import { SIGNAL_UNAVAILABLE, SignalReader } from '../../../../app/src/policy/cel/signal-reader.ts';
import { Variables } from '../../../../app/src/policy/cel/variables/variables.ts';
import { type Scenario, scenario } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { compile, policyText } from '../../../support/policies.ts';

const environment = new Environment({ enableOptionalTypes: true, unlistedVariablesAreDyn: true });

function namesIn(expression: string): string[] {
  return referencedVariables(treeOf(environment.parse(expression))).map(({ name }) => name);
}

test.each<[string, string[]]>([
  ['true', []],
  ['geo.country == "KP"', ['geo.country']],
  ['geo.country in lists.restricted', ['geo.country', 'lists.restricted']],
  ['abuse.score >= 25 && abuse.score < 75 && !(now.hour > 8)', ['abuse.score', 'now.hour']],
  ['address.within("office")', ['address.value', 'address.within("office")']],
  ['request.headers["x-a"] == "b"', ['request.headers["x-a"]']],
  ['"x-a" in request.headers', ['request.headers']],
  ['request.headers[request.params["h"]] == ""', ['request.headers', 'request.params["h"]']],
  ['token.claims["address"]["country"] == "LK"', ['token.claims["address"]["country"]']],
  ['token.claims.groups.exists(g, g == "ops")', ['token.claims.groups']],
  ['token.scopes[0] == "a"', ['token.scopes[0]']],
  ['user.organization.depth > 0', ['user.organization.depth']],
  ['has(geo.city) && geo.?city.orValue("") == "Bern"', ['geo.city', 'geo.?city']],
  ['now.timestamp.getHours() == 1 ? abuse.tor : false', ['now.timestamp', 'abuse.tor']],
  ['[1, 2].exists(score, score == 1)', []],
])('%s references %j', (expression, names) => {
  expect(namesIn(expression)).toEqual(names);
});

describe('reads the same value as CEL', () => {
  const policy = compile(
    policyText('  - { id: any, when: true, then: { allow: true } }', 'lists: { places: [LK, IN] }'),
  );

  async function readValue(expression: string, circumstances: Scenario): Promise<unknown> {
    const { request, signals, now } = scenario(circumstances);
    await signals.resolve('geo');
    const reader = new SignalReader(signals);
    const time = policy.clock(now);
    const [variable] = referencedVariables(treeOf(environment.parse(expression)));
    return variable?.read(
      new Variables({ request, signals: reader, now, time, lists: policy.lists }),
    );
  }

  test.each<[string, Scenario, unknown]>([
    ['geo.country', { geo: 'LK' }, 'LK'],
    ['geo.city', { geo: 'LK' }, undefined],
    ['now.hour', { now: Date.UTC(2026, 0, 5, 10) }, 10n],
    ['request.grant', {}, 'client_credentials'],
    ['request.headers["X-Client-Source-IP"]', {}, '205.210.31.51'],
    ['request.headers["none"]', {}, ''],
    ['token.claims["n"]', { request: requestWithClaims({ n: 7 }) }, 7n],
    ['token.claims["o"]["deep"]', { request: requestWithClaims({ o: { deep: 'x' } }) }, 'x'],
    ['token.claims["none"]["deep"]', {}, undefined],
    ['token.scopes[1]', { request: '02' }, 'write:alerts'],
  ])('%s', async (expression, circumstances, value) => {
    expect(await readValue(expression, circumstances)).toEqual(value);
  });

  test('throws for a signal that has not been fetched', async () => {
    await expect(readValue('abuse.score', {})).rejects.toBe(SIGNAL_UNAVAILABLE);
  });
});
