import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';

/** The DNS name of the simulated AbuseIPDB. */
export const HOST_NAME = 'abuseipdb.test';

/** A TLS terminator before an HTTP server. */
export interface TlsFront {
  readonly port: number;
  /** Path of the trusted certificate, for NODE_EXTRA_CA_CERTS. */
  readonly trusted: string;
  /** Sets the certificate for new connections. */
  present(certificate: 'trusted' | 'untrusted'): void;
  close(): Promise<void>;
}

/** Starts a terminator on a free port before `targetPort`, with new certificates made by openssl. */
export async function startTlsFront(targetPort: number): Promise<TlsFront> {
  const folder = mkdtempSync(join(tmpdir(), 'risk-gate-tls-'));
  const certificates = {
    trusted: makeCertificate(folder, 'trusted'),
    untrusted: makeCertificate(folder, 'untrusted'),
  };
  const sockets = new Set<Socket>();
  const server = createServer(certificates.trusted, (client) => {
    const target = connect(targetPort, '127.0.0.1');
    client.pipe(target).pipe(client);
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    trusted: join(folder, 'trusted.pem'),
    present: (certificate) => server.setSecureContext(certificates[certificate]),
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
      rmSync(folder, { recursive: true });
    },
  };
}

function makeCertificate(folder: string, name: string) {
  const key = join(folder, `${name}.key`);
  const cert = join(folder, `${name}.pem`);
  const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const subject = ['-subj', `/CN=${HOST_NAME}`, '-addext', `subjectAltName=DNS:${HOST_NAME}`];
  const files = ['-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', ['req', ...kind, ...subject, ...files], { stdio: 'pipe' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
