import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Key and certificate in PEM. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** Certificates of a server named `localhost`, by what a client finds. */
export interface Certificates {
  /** The certificate authority that signs all of them but `untrusted`. */
  readonly ca: string;
  readonly valid: KeyPair;
  readonly expired: KeyPair;
  readonly otherName: KeyPair;
  readonly untrusted: KeyPair;
}

const EC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Creates a certificate authority and certificates with openssl. */
export function createCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-certificates-'));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

  function selfSigned(name: string, host: string): KeyPair {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
    openssl('req', '-x509', ...EC_KEY, ...subject(host), '-days', '2', ...files);
    return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
  }

  function signed(name: string, host: string, days: number): KeyPair {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.csr`)];
    openssl('req', ...EC_KEY, ...subject(host), ...files);
    const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key')];
    const output = ['-days', String(days), '-copy_extensions', 'copy', '-out', path(`${name}.pem`)];
    openssl('x509', '-req', '-in', path(`${name}.csr`), ...authority, ...output);
    return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
  }

  try {
    return {
      ca: selfSigned('ca', 'ca').cert,
      valid: signed('valid', 'localhost', 2),
      expired: signed('expired', 'localhost', -1),
      otherName: signed('other-name', 'gate.example.com', 2),
      untrusted: selfSigned('untrusted', 'localhost'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function subject(host: string): string[] {
  return ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`];
}
