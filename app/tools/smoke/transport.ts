import { isIP } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { error, type Finding, ok, warning } from '../findings/finding.ts';
import type { ConnectionFailure } from '../http/post.ts';
import { describeFailure } from './call.ts';
import type { SmokeTarget } from './target.ts';

const CONNECT_TIMEOUT_MS = 5000;
const DAY_MS = 24 * 3600 * 1000;
/** ACM renews certificates 60 days before they expire. */
const MIN_REMAINING_DAYS = 30;

/** Checks the certificate and the versions of TLS. */
export async function checkTransport(
  { endpoint, ca }: SmokeTarget,
  now: number,
): Promise<readonly Finding[]> {
  const { protocol, hostname, port } = new URL(endpoint);
  if (protocol === 'http:') {
    // Other URLs without TLS are not accepted.
    return [warning('The endpoint is on this machine, without TLS: use https in production.')];
  }
  const host = hostname.replace(/^\[|\]$/g, '');
  const address = {
    host,
    port: port === '' ? 443 : Number(port),
    ...(isIP(host) === 0 && { servername: host }),
    ...(ca !== undefined && { ca }),
  };
  const current = await handshake(address);
  if ('failure' in current) {
    const reason = describeFailure(failureOf(current.failure), current.failure);
    return [error(`The endpoint cannot be called, because ${reason}.`)];
  }
  const old = await handshake({
    ...address,
    // The certificate has been checked, and this connection sends nothing.
    rejectUnauthorized: false,
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    // OpenSSL 3 offers these versions at its lowest level only.
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  return [
    describeCertificate(current, now),
    'failure' in old
      ? ok(`The connection uses ${current.version}; older versions than TLS 1.2 are refused.`)
      : warning(
          `The endpoint accepts ${old.version}: choose a security policy that requires TLS 1.2.`,
        ),
  ];
}

function failureOf(code: string): ConnectionFailure {
  if (/^(?:ENOTFOUND|EAI_AGAIN)$/.test(code)) return 'dns';
  return /^(?:ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|no response)/.test(code)
    ? 'connect'
    : 'tls';
}

interface Handshake {
  /** As OpenSSL names it, such as `TLSv1.3`. */
  readonly version: string;
  readonly issuer: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

function handshake(options: ConnectionOptions): Promise<Handshake | { readonly failure: string }> {
  return new Promise((resolve) => {
    let socket: TLSSocket;
    const settle = (result: Handshake | { readonly failure: string }) => {
      resolve(result);
      socket.destroy();
    };
    try {
      socket = connect(options, () => {
        const { issuer, valid_to } = socket.getPeerCertificate();
        settle({
          version: socket.getProtocol() ?? 'an unknown version of TLS',
          issuer: nameOf(issuer?.O) ?? nameOf(issuer?.CN) ?? 'an unknown authority',
          validTo: Date.parse(valid_to),
        });
      });
    } catch (cause) {
      // OpenSSL may not have the versions at all.
      resolve({ failure: cause instanceof Error ? cause.message : String(cause) });
      return;
    }
    socket.setTimeout(CONNECT_TIMEOUT_MS, () =>
      settle({ failure: `no response within ${CONNECT_TIMEOUT_MS / 1000} s` }),
    );
    socket.on('error', (cause: NodeJS.ErrnoException) =>
      settle({ failure: cause.code ?? cause.message }),
    );
  });
}

/** A name can have several values. */
function nameOf(value: string | readonly string[] | undefined): string | undefined {
  return value === undefined ? undefined : [value].flat().join(', ');
}

function describeCertificate({ issuer, validTo }: Handshake, now: number): Finding {
  const days = Math.floor((validTo - now) / DAY_MS);
  const date = new Date(validTo).toISOString().slice(0, 10);
  const text = `The certificate of ${issuer} is valid until ${date}`;
  return days >= MIN_REMAINING_DAYS
    ? ok(`${text}.`)
    : warning(
        `${text}, in ${days === 1 ? '1 day' : `${days} days`}: find out why it has not been renewed.`,
      );
}
