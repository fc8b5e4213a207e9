import { type Verdict, verdictOf } from '../../../support/conditions.ts';
import { decideOn, tokenOf } from '../../../support/decide.ts';
import { requestWithClaims } from '../../../support/payloads.ts';
import { cel, policyThat } from '../../../support/policies.ts';

/*
 * The identity server sends a claim with one value as the value or as a list of one, and an upgrade may change
 * which. The verdict of each row is the same for both.
 */
describe('a claim with one value has the same result as a value and as a list', () => {
  test.each<[string, unknown, Verdict]>([
    // Equality, in both directions.
    ['token.claims["it"] == "F"', 'F', 'true'],
    ['"F" == token.claims["it"]', 'F', 'true'],
    ['token.claims["it"] == "G"', 'F', 'false'],
    ['token.claims["it"] != "F"', 'F', 'false'],
    ['token.claims["it"] == ["F"]', 'F', 'true'],
    ['token.claims["it"] == 1', 'F', 'fails'],
    ['token.claims["it"] == 1', 1, 'true'],
    ['token.claims["it"] == true', true, 'true'],
    ['token.claims["it"] == null', 'F', 'false'],
    ['token.claims["it"] == token.claims["same"]', 'F', 'true'],
    ['token.claims["it"] == request.grant', 'authorization_code', 'true'],
    // Membership.
    ['"F" in token.claims["it"]', 'F', 'true'],
    ['"f" in token.claims["it"]', 'F', 'false'],
    ['"ad" in token.claims["it"]', 'admin', 'false'],
    ['1 in token.claims["it"]', 1, 'true'],
    ['1 in token.claims["it"]', 'F', 'fails'],
    ['token.claims["it"] in ["F", "G"]', 'F', 'true'],
    ['token.claims["it"] in ["G"]', 'F', 'false'],
    ['token.claims["it"] in lists.them', 'F', 'true'],
    ['token.claims["it"] in token.claims["same"]', 'F', 'true'],
    ['token.claims["it"] in {"F": 1}', 'F', 'true'],
    ['token.scopes.exists(s, s in token.claims["it"])', 'openid', 'true'],
    // Loops.
    ['token.claims["it"].exists(one, one == "F")', 'F', 'true'],
    ['token.claims["it"].exists(one, one == "G")', 'F', 'false'],
    ['token.claims["it"].exists(one, one.startsWith("F"))', 'F', 'true'],
    ['token.claims["it"].all(one, one in lists.them)', 'F', 'true'],
    ['token.claims["it"].all(one, one in lists.them)', 'X', 'false'],
    ['token.claims["it"].exists_one(one, one == "F")', 'F', 'true'],
    ['token.claims["it"].filter(one, one == "F").size() == 1', 'F', 'true'],
    ['token.claims["it"].map(one, one + "x") == ["Fx"]', 'F', 'true'],
    ['token.claims["it"].exists(one, one == 3)', 3, 'true'],
    ['cel.bind(them, token.claims["it"], them.exists(one, one == "F"))', 'F', 'true'],
    ['(token.claims["it"] + ["G"]).exists(one, one == "F")', 'F', 'true'],
    ['(token.claims["it"] + token.claims["same"]).exists(one, one == "F")', 'F', 'true'],
    ['"F" in token.claims["it"] + token.claims["same"]', 'F', 'true'],
    ['cel.bind(both, token.claims["it"] + token.claims["same"], both.size() == 2)', 'F', 'true'],
    // Sizes.
    ['size(token.claims["it"]) == 1', 'long text', 'true'],
    ['token.claims["it"].size() == 1', 'long text', 'true'],
    ['size(token.claims["it"]) > 1', 'long text', 'false'],
    ['token.claims["it"].exists(one, size(one) == 9)', 'long text', 'true'],
    ['size(string(token.claims["it"])) == 9', 'long text', 'true'],
    ['token.claims["it"][0] == "F"', 'F', 'true'],
    ['token.claims["it"][1] == "F"', 'F', 'fails'],
    ['token.claims["it"].join(",") == "F"', 'F', 'true'],
    // Strings.
    ['token.claims["it"].startsWith("ad")', 'admin', 'true'],
    ['token.claims["it"].endsWith("in")', 'admin', 'true'],
    ['token.claims["it"].contains("dmi")', 'admin', 'true'],
    ['token.claims["it"].matches("^a.*n$")', 'admin', 'true'],
    ['token.claims["it"].lowerAscii() == "f"', 'F', 'true'],
    ['token.claims["it"].split(":")[1] == "b"', 'a:b', 'true'],
    ['"xadminx".contains(token.claims["it"])', 'admin', 'true'],
    ['token.claims["it"] + "x" == "Fx"', 'F', 'true'],
    ['"x" + token.claims["it"] == "xF"', 'F', 'true'],
    ['token.claims["it"].startsWith("1")', 1, 'fails'],
    // Order, numbers and conversions.
    ['token.claims["it"] >= 3', 3, 'true'],
    ['token.claims["it"] < 3', 3, 'false'],
    ['token.claims["it"] > "E"', 'F', 'true'],
    ['token.claims["it"] + 1 == 4', 3, 'true'],
    ['-token.claims["it"] == -3', 3, 'true'],
    ['int(token.claims["it"]) == 7', '7', 'true'],
    ['double(token.claims["it"]) == 7.5', '7.5', 'true'],
    ['string(token.claims["it"]) == "7"', 7, 'true'],
    ['bool(token.claims["it"])', 'true', 'true'],
    ['timestamp(token.claims["it"]) < now.timestamp', '2020-01-01T00:00:00Z', 'true'],
    ['token.claims["it"] && true', true, 'true'],
    ['!token.claims["it"]', false, 'true'],
    ['token.claims["it"] ? true : false', true, 'true'],
    // Objects.
    ['token.claims["it"].country == "LK"', { country: 'LK' }, 'true'],
    ['token.claims["it"]["tags"].exists(tag, tag == "a")', { tags: 'a' }, 'true'],
    ['token.claims["it"]["tags"].exists(tag, tag == "a")', { tags: ['a'] }, 'true'],
    ['token.claims.?it.?country.orValue("none") == "LK"', { country: 'LK' }, 'true'],
    ['token.claims.?it.?zip.orValue("none") == "none"', { country: 'LK' }, 'true'],
  ])('%s for %j: %s', async (when, value, verdict) => {
    const verdictFor = (it: unknown) =>
      verdictOf(when, requestWithClaims({ it, same: value }), { them: ['F', 'G'] });
    expect({ value: await verdictFor(value), list: await verdictFor([value]) }).toEqual({
      value: verdict,
      list: verdict,
    });
  });
});

test.each<[string, unknown, Verdict]>([
  ['a string, which is of another type', 'F', 'fails'],
  ['a list of one value', ['F'], 'false'],
])('a claim compared with a list of several values: %s', async (_, it, verdict) => {
  expect(await verdictOf('token.claims["it"] == ["F", "G"]', requestWithClaims({ it }))).toBe(
    verdict,
  );
});

describe('a claim with several values', () => {
  test.each<[string, Verdict]>([
    ['token.claims["it"] == "F"', 'fails'],
    ['token.claims["it"] != "F"', 'fails'],
    ['token.claims["it"] in ["F", "G"]', 'fails'],
    ['token.claims["it"] > "A"', 'fails'],
    ['token.claims["it"].startsWith("F")', 'fails'],
    ['token.claims["it"].matches("F")', 'fails'],
    ['token.claims["it"] + "x" == "Fx"', 'fails'],
    ['int(token.claims["it"]) == 1', 'fails'],
    ['token.claims["it"] ? true : false', 'fails'],
    ['token.claims["it"].zip == "1"', 'fails'],
    ['token.claims.?it.?zip.orValue("none") == "none"', 'fails'],
    ['token.claims["it"] == ["F", "G"]', 'true'],
    ['"G" in token.claims["it"]', 'true'],
    ['token.claims["it"].exists(one, one == "G")', 'true'],
    ['size(token.claims["it"]) == 2', 'true'],
    ['token.claims["it"][1] == "G"', 'true'],
  ])('%s: %s', async (when, verdict) => {
    expect(await verdictOf(when, requestWithClaims({ it: ['F', 'G'] }))).toBe(verdict);
  });
});

describe.each<[string, object]>([
  ['absent', {}],
  ['without a value', { it: null }],
  ['an empty list', { it: [] }],
])('a claim that is %s is null', (_, claims) => {
  test.each<[string, Verdict]>([
    ['token.claims["it"] == null', 'true'],
    ['token.claims["it"] == []', 'true'],
    ['token.claims["it"] == "F"', 'false'],
    ['"F" in token.claims["it"]', 'false'],
    ['token.claims["it"] in ["F"]', 'false'],
    ['"it" in token.claims', 'false'],
    ['token.claims.?it.?zip.orValue("none") == "none"', 'true'],
    ['token.claims.?it.?zip.hasValue()', 'false'],
    // A client may omit the scope that adds the claim: a loop over nothing must not help it.
    ['token.claims["it"].exists(one, one == "F")', 'fails'],
    ['!token.claims["it"].exists(one, one == "F")', 'fails'],
    ['token.claims["it"].all(one, one == "F")', 'fails'],
    ['token.claims["it"].exists_one(one, one == "F")', 'fails'],
    ['token.claims["it"].filter(one, one == "F").size() == 0', 'fails'],
    ['size(token.claims["it"]) == 0', 'fails'],
    ['token.claims["it"] != null && token.claims["it"].exists(one, one == "F")', 'false'],
    ['token.claims["it"].startsWith("F")', 'fails'],
    ['token.claims["it"] < 3', 'fails'],
    ['int(token.claims["it"]) == 3', 'fails'],
  ])('%s: %s', async (when, verdict) => {
    const request = requestWithClaims('it' in claims ? claims : {});
    expect(await verdictOf(when, request)).toBe(verdict);
  });
});

describe('texts and claims with the value of a claim', () => {
  const copyOf = async (it: unknown, value: unknown) => {
    const request = requestWithClaims({ it });
    const { outcome } = await decideOn(request, policyThat({ claims: { set: { copy: value } } }));
    return tokenOf(outcome).claims.copy;
  };

  test.each<[string, unknown, unknown]>([
    ['a string', 'F', 'is F'],
    ['a number', 7, 'is 7'],
    ['a boolean', true, 'is true'],
  ])('%s in a text is the same as a value and in a list', async (_, value, text) => {
    expect(await copyOf(value, `is ${cel('token.claims["it"]')}`)).toBe(text);
    expect(await copyOf([value], `is ${cel('token.claims["it"]')}`)).toBe(text);
  });

  test.each<[string, unknown, unknown]>([
    ['a string stays a string', 'F', 'F'],
    ['a list of one string stays a list', ['F'], ['F']],
    ['a list of one number becomes that number', [7], 7],
    ['a list of numbers is skipped, as no claim can have it', [7, 8], undefined],
  ])('%s when it is copied', async (_, value, copy) => {
    expect(await copyOf(value, cel('token.claims["it"]'))).toEqual(copy);
  });
});
