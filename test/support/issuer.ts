import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  type CryptoKey,
  exportJWK,
  generateKeyPair,
  type JWK,
  type JWTHeaderParameters,
  type JWTPayload,
  SignJWT,
} from 'jose';

/** A key of the issuer, and as it is published. */
export interface SigningKey {
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** Makes a key pair. @param kid none is published without it. */
export async function signingKey(kid?: string, alg = 'RS256'): Promise<SigningKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), alg, use: 'sig', ...(kid && { kid }) };
  return { alg, privateKey, jwk };
}

/** Signs a token. Its header has the key's own `alg` and `kid`, unless others are given. */
export function sign(
  { privateKey, alg, jwk }: SigningKey,
  claims: JWTPayload,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT(claims)
    .setProtectedHeader({ alg, ...(jwk.kid && { kid: jwk.kid }), typ: 'at+jwt', ...header })
    .sign(privateKey);
}

export type Respond = (request: IncomingMessage, response: ServerResponse) => void;

/** An issuer of access tokens, as far as a resource server sees it. */
export interface Issuer {
  /** As WSO2 Identity Server has it: the token endpoint. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** What is published; a test may replace it. */
  keys: JWK[];
  /** Answers requests of a path in another way than the issuer would. */
  readonly instead: Map<string, Respond>;
  /** Paths of all requests, in order. */
  readonly requests: string[];
  /** Closes the port. `restart` opens it again. */
  stop(): Promise<void>;
  restart(): Promise<void>;
}

export const DISCOVERY = '/oauth2/token/.well-known/openid-configuration';
export const RFC_8414 = '/.well-known/oauth-authorization-server/oauth2/token';
export const JWKS = '/oauth2/jwks';

export async function startIssuer(keys: readonly SigningKey[] = []): Promise<Issuer> {
  const requests: string[] = [];
  const instead = new Map<string, Respond>();
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const other = instead.get(path);
    if (other !== undefined) other(request, response);
    else if (path === DISCOVERY) json(response, { issuer: made.issuer, jwks_uri: made.jwksUri });
    else if (path === JWKS) json(response, { keys: made.keys });
    else json(response, { error: 'not_found' }, 404);
  });
  const listen = (port: number) =>
    new Promise<number>((resolve) => {
      server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
  const port = await listen(0);
  const origin = `http://127.0.0.1:${port}`;
  const made: Issuer = {
    issuer: `${origin}/oauth2/token`,
    jwksUri: origin + JWKS,
    keys: keys.map(({ jwk }) => jwk),
    instead,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    restart: async () => void (await listen(port)),
  };
  return made;
}

export function json(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
