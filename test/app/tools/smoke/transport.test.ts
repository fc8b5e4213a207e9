import { checkTransport } from '../../../../app/tools/smoke/transport.ts';
import { startEndpoint, type TestEndpoint } from '../../../support/https/endpoint.ts';

let endpoint: TestEndpoint;
beforeAll(async () => {
  endpoint = await startEndpoint();
});
afterAll(() => endpoint.close());

const check = async (url: string, ca = endpoint.ca) =>
  (await checkTransport({ endpoint: url, credential: {}, ca }, Date.now())).map(
    ({ level, text }) => `${level}: ${text}`,
  );

test('a certificate that expires soon is a warning, and TLS 1.1 is refused', async () => {
  endpoint.present('valid');
  expect(await check(endpoint.url)).toEqual([
    expect.stringMatching(
      /^warning: The certificate of ca is valid until \d{4}-\d\d-\d\d, in 1 day: find out why it has not been renewed\.$/,
    ),
    'ok: The connection uses TLSv1.3; older versions than TLS 1.2 are refused.',
  ]);
});

test.each([
  ['expired', 'CERT_HAS_EXPIRED'],
  ['otherName', 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['untrusted', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
] as const)('a certificate that is %s is an error', async (certificate, code) => {
  endpoint.present(certificate);
  expect(await check(endpoint.url)).toEqual([
    `error: The endpoint cannot be called, because there is no TLS connection: check the certificate and its name (${code}).`,
  ]);
});

test.each([
  [
    'http://127.0.0.1:1/x',
    'warning: The endpoint is on this machine, without TLS: use https in production.',
  ],
  [
    'http://[::1]:1/x',
    'warning: The endpoint is on this machine, without TLS: use https in production.',
  ],
])('%s has no TLS', async (url, expected) => {
  expect(await check(url)).toEqual([expected]);
});

test.each([
  ['https://gate.invalid/x', 'its name cannot be resolved: check the name and its DNS records'],
  [
    'https://127.0.0.1:1/x',
    'it accepts no connection: check the network, which must not need a proxy',
  ],
])('%s cannot be called', async (url, reason) => {
  expect(await check(url)).toEqual([
    expect.stringContaining(`error: The endpoint cannot be called, because ${reason} (`),
  ]);
});
