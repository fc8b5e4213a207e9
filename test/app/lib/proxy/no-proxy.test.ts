import { parseNoProxy } from '../../../../app/src/lib/proxy/no-proxy.ts';

describe('NO_PROXY', () => {
  test.each<[string, string, number, boolean]>([
    ['', 'api.abuseipdb.com', 443, false],
    ['*', 'api.abuseipdb.com', 443, true],
    ['api.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['API.AbuseIPDB.com.', 'api.abuseipdb.com', 443, true],
    ['api.abuseipdb.com', 'API.abuseipdb.com.', 443, true],
    ['abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['*.abuseipdb.com', 'api.abuseipdb.com', 443, true],
    ['.amazonaws.com', 'dynamodb.eu-west-1.amazonaws.com', 443, true],
    ['abuseipdb.com', 'notabuseipdb.com', 443, false],
    ['a.test b.test,, c.test', 'b.test', 443, true],
    ['a.test b.test,, c.test', 'c.test', 443, true],
    ['api.test:443', 'api.test', 443, true],
    ['api.test:8443', 'api.test', 443, false],
    ['*:8443', 'api.test', 443, false],
    ['127.0.0.1', '127.0.0.1', 80, true],
    ['127.0.0.1:80', '127.0.0.1', 80, true],
    ['127.0.0.1:81', '127.0.0.1', 80, false],
    ['0.0.1', '127.0.0.1', 80, false],
    ['10.0.0.0/8', '10.200.3.4', 443, true],
    ['10.0.0.0/8', '11.0.0.1', 443, false],
    ['10.0.0.0/33', '10.0.0.1', 443, false],
    ['::1', '::1', 80, true],
    ['[::1]', '[::1]', 80, true],
    ['[::1]:80', '::1', 80, true],
    ['fd00::/8', 'fd12::1', 443, true],
    ['fd00:0:0::1', 'fd00::1', 443, true],
    // Endpoints of AWS credentials are always reached directly.
    ['', '169.254.170.2', 80, true],
    ['', '169.254.169.254', 80, true],
    ['', '169.254.170.23', 80, true],
    ['', 'fd00:ec2::23', 80, true],
    ['', '[fd00:ec2::254]', 80, true],
    ['', '170.254.169.254', 80, false],
  ])('NO_PROXY=%j, host %s, port %i: reached directly is %s', (noProxy, host, port, expected) => {
    expect(parseNoProxy(noProxy)(host, port)).toBe(expected);
  });
});
