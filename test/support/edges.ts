import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule, SyntheticModule } from 'node:vm';

/* Minimal runtimes of edges: each offers only what the snippets may use of the real one. */

/** A token request that an edge receives. A header name may occur several times. */
export interface ClientRequest {
  /** The address of the connection. */
  readonly address: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export type Headers = readonly (readonly [name: string, ...values: string[]])[];

export interface EdgeEnvironment {
  /** Undefined if the operator has not stored it where the snippet reads it. */
  readonly secret: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Runs a snippet on a request, and returns the headers that it forwards to the identity server. */
export type Edge = (request: ClientRequest, environment: EdgeEnvironment) => Promise<Headers>;

const SNIPPETS = new URL('../../docs/snippets/', import.meta.url);

/** Reads a snippet of the documentation. */
export const snippet = (name: string): string => readFileSync(new URL(name, SNIPPETS), 'utf8');

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Evaluates a snippet as a module, with the globals and modules of its runtime; returns its namespace. */
async function run(code: string, globals: object, modules: Modules, now: number) {
  const context = createContext({ ...globals });
  // The only clock function that the snippets use.
  context.Date = { now: () => now };
  const module = new SourceTextModule(code, { context });
  await module.link((name) => {
    const exported = modules[name];
    if (exported === undefined) throw new Error(`This runtime has no module ${name}.`);
    return new SyntheticModule(
      ['default'],
      function set() {
        this.setExport('default', exported);
      },
      { context },
    );
  });
  await module.evaluate();
  return { namespace: module.namespace as Record<string, unknown>, context };
}

/** The part of `crypto` that CloudFront Functions and njs have in common. */
const CRYPTO = {
  createHmac(algorithm: string, key: string) {
    const hmac = createHmac(algorithm, key);
    return {
      update(text: string) {
        hmac.update(text);
        return this;
      },
      digest: (encoding: 'hex') => hmac.digest(encoding),
    };
  },
};

/** CloudFront: names in lower case, the values of a repeated header under `multiValue`. */
export const cloudFront: Edge = async ({ address, headers }, { secret, now }) => {
  const grouped: Record<string, { value: string; multiValue?: { value: string }[] }> = {};
  for (const [name, value] of headers) {
    const header = grouped[name.toLowerCase()];
    if (header === undefined) grouped[name.toLowerCase()] = { value };
    else {
      header.multiValue ??= [{ value: header.value }];
      header.multiValue.push({ value });
    }
  }
  const store = {
    async get(key: string) {
      if (key !== 'address-signature-secret' || secret === undefined)
        throw new Error('KeyNotFound');
      return secret;
    },
  };
  const modules = { crypto: CRYPTO, cloudfront: { kvs: () => store } };
  const code = `${snippet('cloudfront-function.js')}\nglobalThis.handler = handler;`;
  const { context } = await run(code, { console: { log: () => undefined } }, modules, now);
  const request = { method: 'POST', uri: '/oauth2/token', headers: grouped };
  const result = await context.handler({ version: '1.0', viewer: { ip: address }, request });
  return Object.entries(result.headers as typeof grouped).map(
    ([name, { value, multiValue = [{ value }] }]) => [
      name,
      ...multiValue.map((entry) => entry.value),
    ],
  );
};

/** nginx: njs for the variable, and `proxy_set_header` of the configuration. */
export const nginx: Edge = async ({ address, headers }, { secret, now }) => {
  const fs = {
    readFileSync(path: string) {
      if (path !== '/etc/nginx/address-signature-secret') throw new Error(`ENOENT: ${path}`);
      return `${secret}\n`;
    },
  };
  const { namespace } = await run(snippet('nginx.js'), {}, { crypto: CRYPTO, fs }, now);
  const functions = namespace.default as Record<string, (r: object) => string>;
  const configuration = snippet('nginx.conf');
  const [, name = '', functionName = ''] =
    /js_set \$(\w+) risk_gate\.(\w+);/.exec(configuration) ?? [];
  const variables: Record<string, string> = { remote_addr: address };
  variables[name] = functions[functionName]?.({ variables }) ?? '';
  const set = [...configuration.matchAll(/proxy_set_header (\S+) \$(\w+);/g)].map(
    ([, header = '', variable = '']) => [header, variables[variable] ?? ''] as const,
  );
  const replaced = new Set(set.map(([header]) => header.toLowerCase()));
  return [...headers.filter(([header]) => !replaced.has(header.toLowerCase())), ...set];
};

/** Cloudflare: the Fetch API and WebCrypto, and a header that Cloudflare itself overwrites. */
export const cloudflare: Edge = async ({ address, headers }, { secret, now }) => {
  let forwarded: Request | undefined;
  const globals = {
    ...{ Headers, Request, TextEncoder, Uint8Array, Array, crypto: { subtle: crypto.subtle } },
    fetch: async (request: Request) => {
      forwarded = request;
      return new Response();
    },
  };
  const { namespace } = await run(snippet('cloudflare-worker.js'), globals, {}, now);
  const worker = namespace.default as {
    fetch(request: Request, env: object): Promise<Response>;
  };
  const clientHeaders = headers.filter(([name]) => name.toLowerCase() !== 'cf-connecting-ip');
  const request = new Request('https://login.example.com/oauth2/token', {
    method: 'POST',
    headers: [
      ...clientHeaders.map(([name, value]): [string, string] => [name, value]),
      ['cf-connecting-ip', address],
    ],
  });
  await worker.fetch(request, { ADDRESS_SIGNATURE_SECRET: secret });
  if (forwarded === undefined) throw new Error('The worker forwarded no request.');
  return [...forwarded.headers];
};
