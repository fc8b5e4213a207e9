import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createContext, SourceTextModule, SyntheticModule } from 'node:vm';

/* Stand-ins for the runtimes of edges: each offers what the real one does and the snippets may use, and no more. */

/** A token request as it reaches an edge. Headers of one name may come several times. */
export interface ClientRequest {
  /** The address of the connection. */
  readonly address: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

export type Headers = readonly (readonly [name: string, ...values: string[]])[];

export interface EdgeSurroundings {
  /** Undefined: it was never put where the snippet reads it. */
  readonly secret: string | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Runs a snippet on a request, and returns the headers that go on to the identity server. */
export type Edge = (request: ClientRequest, surroundings: EdgeSurroundings) => Promise<Headers>;

const SNIPPETS = new URL('../../docs/snippets/', import.meta.url);

export const snippet = (name: string): string => readFileSync(new URL(name, SNIPPETS), 'utf8');

type Modules = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Evaluates a snippet as a module, with the globals and modules of its runtime; returns its namespace. */
async function run(code: string, globals: object, modules: Modules, now: number) {
  const context = createContext({ ...globals });
  // The time of the test, in the one way in which the snippets ask for it.
  context.Date = { now: () => now };
  const module = new SourceTextModule(code, { context });
  await module.link((name) => {
    const members = modules[name];
    if (members === undefined) throw new Error(`This runtime has no module ${name}.`);
    return new SyntheticModule(
      ['default'],
      function set() {
        this.setExport('default', members);
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
  const given: Record<string, { value: string; multiValue?: { value: string }[] }> = {};
  for (const [name, value] of headers) {
    const header = given[name.toLowerCase()];
    if (header === undefined) given[name.toLowerCase()] = { value };
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
  const request = { method: 'POST', uri: '/oauth2/token', headers: given };
  const result = await context.handler({ version: '1.0', viewer: { ip: address }, request });
  return Object.entries(result.headers as typeof given).map(
    ([name, { value, multiValue = [{ value }] }]) => [name, ...multiValue.map((it) => it.value)],
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
  const [, name = '', member = ''] = /js_set \$(\w+) risk_gate\.(\w+);/.exec(configuration) ?? [];
  const variables: Record<string, string> = { remote_addr: address };
  variables[name] = functions[member]?.({ variables }) ?? '';
  const set = [...configuration.matchAll(/proxy_set_header (\S+) \$(\w+);/g)].map(
    ([, header = '', variable = '']) => [header, variables[variable] ?? ''] as const,
  );
  const replaced = new Set(set.map(([header]) => header.toLowerCase()));
  return [...headers.filter(([header]) => !replaced.has(header.toLowerCase())), ...set];
};

/** Cloudflare: the Fetch API and WebCrypto, and a header that Cloudflare itself overwrites. */
export const cloudflare: Edge = async ({ address, headers }, { secret, now }) => {
  let passedOn: Request | undefined;
  const globals = {
    ...{ Headers, Request, TextEncoder, Uint8Array, Array, crypto: { subtle: crypto.subtle } },
    fetch: async (request: Request) => {
      passedOn = request;
      return new Response();
    },
  };
  const { namespace } = await run(snippet('cloudflare-worker.js'), globals, {}, now);
  const worker = namespace.default as {
    fetch(request: Request, env: object): Promise<Response>;
  };
  const own = headers.filter(([name]) => name.toLowerCase() !== 'cf-connecting-ip');
  const request = new Request('https://login.example.com/oauth2/token', {
    method: 'POST',
    headers: [
      ...own.map(([name, value]): [string, string] => [name, value]),
      ['cf-connecting-ip', address],
    ],
  });
  await worker.fetch(request, { ADDRESS_SIGNATURE_SECRET: secret });
  if (passedOn === undefined) throw new Error('The worker passed nothing on.');
  return [...passedOn.headers];
};
