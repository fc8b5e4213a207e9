import { readSettings } from '../../../../app/src/config/settings.ts';
import { readProxySettings } from '../../../../app/src/lib/proxy/settings.ts';

const PASSWORD = 'pa:ss w0rd';
const USER = `user:${encodeURIComponent(PASSWORD)}`;
const AUTHORIZATION = `Basic ${Buffer.from(`user:${PASSWORD}`).toString('base64')}`;

function read(environment: Record<string, string>) {
  const issues: string[] = [];
  return { settings: readProxySettings(environment, (issue) => issues.push(issue)), issues };
}

describe('proxy settings', () => {
  const PROXY = { isSecure: false, host: 'proxy.test', port: 3128 };

  test.each<[string, Record<string, string>, object | undefined]>([
    ['are undefined without variables', {}, undefined],
    [
      'are undefined with empty variables',
      { HTTPS_PROXY: ' ', HTTP_PROXY: '', https_proxy: '' },
      undefined,
    ],
    ['are undefined with NO_PROXY only', { NO_PROXY: '*' }, undefined],
    ['read HTTPS_PROXY', { HTTPS_PROXY: 'http://proxy.test:3128' }, { https: PROXY, noProxy: '' }],
    ['read https_proxy', { https_proxy: 'http://proxy.test:3128/' }, { https: PROXY, noProxy: '' }],
    [
      'prefer the lower-case spelling',
      { https_proxy: 'http://proxy.test:3128', HTTPS_PROXY: 'http://other.test' },
      { https: PROXY, noProxy: '' },
    ],
    [
      'read the upper-case spelling if the other one is empty',
      { https_proxy: '', HTTPS_PROXY: 'http://proxy.test:3128' },
      { https: PROXY, noProxy: '' },
    ],
    ['read HTTP_PROXY', { HTTP_PROXY: 'http://proxy.test:3128' }, { http: PROXY, noProxy: '' }],
    [
      'have the default port of https, and no_proxy',
      { HTTPS_PROXY: 'https://proxy.test', no_proxy: 'a, b' },
      { https: { isSecure: true, host: 'proxy.test', port: 443 }, noProxy: 'a, b' },
    ],
    [
      'accept an IPv6 address',
      { HTTP_PROXY: 'http://[fd00::1]:8080' },
      { http: { isSecure: false, host: 'fd00::1', port: 8080 }, noProxy: '' },
    ],
    [
      'encode user and password',
      { HTTPS_PROXY: `http://${USER}@proxy.test:3128` },
      { https: { ...PROXY, authorization: AUTHORIZATION }, noProxy: '' },
    ],
  ])('%s', (_, environment, expected) => {
    expect(read(environment)).toEqual({ settings: expected, issues: [] });
  });

  test.each([
    'proxy',
    'proxy.test:3128',
    'user:hunter2@proxy.test:3128',
    'socks5://user:hunter2@proxy.test:1080',
    'http://',
    'http://user:hunter2@',
    'http://user:hunter2@proxy.test:99999',
    'http://user:hunter2%zz@proxy.test',
    'http://user:hunter2@proxy.test/path',
    'http://user:hunter2@proxy.test?x',
    'not a url',
  ])('report %j without repeating it', (url) => {
    for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
      const { issues } = read({ [name]: url });
      expect(issues).toEqual([
        expect.stringMatching(
          new RegExp(`^${name.toUpperCase()} is not the URL of an HTTP proxy: set it to `),
        ),
      ]);
      expect(issues[0]).not.toMatch(/hunter2|proxy\.test|not a url/);
    }
  });

  test('that are not valid keep the service from starting', () => {
    const environment = {
      ACTION_CREDENTIAL: '{}',
      ABUSEIPDB_API_KEY: 'key',
      REPUTATION_TABLE: 'reputation',
      HTTPS_PROXY: 'proxy.test:3128',
    };
    expect(() => readSettings(environment)).toThrow(/^HTTPS_PROXY is not the URL/);
  });
});
