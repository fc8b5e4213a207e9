import { checkPolicy } from '../../../../app/src/policy/compile.ts';
import { policyText, rule } from '../../../support/policies.ts';

const LISTS = `lists:
  grants: [password, client-credentials]
  usages: [Mobile ISP]`;

/** Returns the severity and the suggestion of each issue of a condition. */
const issuesOf = (when: string) =>
  checkPolicy(
    policyText(rule('one', when, '{ lifetime: 5m }'), LISTS),
    'policy.yaml',
  ).issues.flatMap(({ severity, suggestion, check, message }) =>
    severity === 'error' || check === 'unknown-name' ? { severity, suggestion, message } : [],
  );

describe('another spelling of a name that the contract fixes is an error', () => {
  test.each<[string, string]>([
    ['request.grant == "client-credentials"', 'client_credentials'],
    ['"client-credentials" == request.grant', 'client_credentials'],
    ['request.grant != "Client_Credentials"', 'client_credentials'],
    ['!(request.grant == "clientcredentials")', 'client_credentials'],
    ['request.grant in ["password", "authorization-code"]', 'authorization_code'],
    ['request.grant == "code"', 'authorization_code'],
    ['request.grant == "refresh"', 'refresh_token'],
    ['request.grant == "refresh_tokens"', 'refresh_token'],
    ['request.grant == "pasword"', 'password'],
    ['request.grant in lists.grants', 'client_credentials'],
    ['lists.grants.exists(g, g == request.grant)', 'client_credentials'],
    ['request.grant == (geo.country == "KP" ? "password" : "refresh")', 'refresh_token'],
    ['cel.bind(g, request.grant, g == "refresh")', 'refresh_token'],
    ['request.grant.lowerAscii() == "client-credentials"', 'client_credentials'],
    ['request.grant.upperAscii() == "password"', 'PASSWORD'],
    ['{"refresh": true}[?request.grant].orValue(false)', 'refresh_token'],
    ['token.claims["aut"] == "application_user"', 'APPLICATION_USER'],
    ['token.claims.aut in ["APPLICATION", "USER"]', 'APPLICATION_USER'],
    ['token.claims["subject_type"] == "Pairwise"', 'pairwise'],
    [
      'request.grant == "urn:ietf:params:oauth:grant_type:device_code"',
      'urn:ietf:params:oauth:grant-type:device_code',
    ],
  ])('%s', (when, suggestion) => {
    expect(issuesOf(when)).toContainEqual(
      expect.objectContaining({ severity: 'error', suggestion }),
    );
  });
});

describe('a name that may occur in newer versions is a warning', () => {
  test.each<[string, string | undefined]>([
    ['request.grant == "urn:example:grant"', undefined],
    ['request.grant == "implicit"', undefined],
    ['request.grant == "device_code"', 'urn:ietf:params:oauth:grant-type:device_code'],
    [
      'request.grant in ["password", "token-exchange"]',
      'urn:ietf:params:oauth:grant-type:token-exchange',
    ],
    ['request.grant.startsWith("client-")', undefined],
    ['request.grant.endsWith("-code")', undefined],
    ['request.grant.contains("Token")', undefined],
    ['abuse.usage == "Datacenter"', 'Data Center/Web Hosting/Transit'],
    ['abuse.usage == "mobile isp"', 'Mobile ISP'],
    ['abuse.usage.startsWith("data center")', undefined],
    ['token.claims["aut"] == "DEVICE"', undefined],
  ])('%s', (when, suggestion) => {
    expect(issuesOf(when)).toEqual([expect.objectContaining({ severity: 'warning', suggestion })]);
  });
});

test.each([
  'request.grant == "client_credentials"',
  'request.grant != "" && request.grant in ["password", "refresh_token"]',
  'request.grant == "urn:ietf:params:oauth:grant-type:token-exchange"',
  'request.grant.startsWith("urn:ietf:")',
  'request.grant.contains("token")',
  'request.grant == request.params["expected"]',
  'request.client_id == "client-credentials"',
  'abuse.usage == "Data Center/Web Hosting/Transit" || abuse.usage == ""',
  'abuse.usage.lowerAscii() == "mobile isp"',
  'abuse.usage.contains("ISP")',
  'abuse.usage in lists.usages',
  'token.claims["aut"] == "APPLICATION_USER"',
  'token.claims["aut"] == null || token.claims["team"] == "user"',
])('%s is accepted', (when) => {
  expect(issuesOf(when)).toEqual([]);
});

test('the message says what to write', () => {
  expect(issuesOf('request.grant == "refresh"').map(({ message }) => message)).toEqual([
    'request.grant is never "refresh"; write "refresh_token".',
  ]);
  expect(issuesOf('request.grant == "implicit"').map(({ message }) => message)).toEqual([
    '"implicit" is not one of the values of request.grant that the identity server asks for, so the comparison may never be true; the known ones are authorization_code, client_credentials, password, refresh_token and organization_switch.',
  ]);
});
