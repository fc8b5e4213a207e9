import { distance } from 'fastest-levenshtein';

/*
 * Strings that the identity server and AbuseIPDB send. Newer versions add names, so an unknown one is suspicious but not
 * impossible; another spelling of a known one never occurs.
 */

export interface KnownNames {
  /** The strings that occur. */
  readonly values: readonly string[];
  /** Other words for some of them, in lower case without punctuation, by the string that occurs. */
  readonly synonyms?: Readonly<Record<string, readonly string[]>>;
  /** Whether a string that differs from one of them only in its spelling certainly never occurs. */
  readonly isSpellingFixed: boolean;
  /** Where they come from, for messages. */
  readonly origin: string;
}

/** The grants for which the identity server asks. Newer versions also ask for others, and name those by a URN. */
export const GRANTS: KnownNames = {
  values: [
    'authorization_code',
    'client_credentials',
    'password',
    'refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code',
    'urn:ietf:params:oauth:grant-type:token-exchange',
    'urn:ietf:params:oauth:grant-type:jwt-bearer',
    'urn:ietf:params:oauth:grant-type:saml2-bearer',
    'urn:openid:params:grant-type:ciba',
    'organization_switch',
  ],
  synonyms: {
    authorization_code: ['code', 'authcode', 'authorization', 'authorizationcodepkce', 'pkce'],
    client_credentials: ['clientcredential', 'client', 'credentials', 'm2m'],
    password: ['ropc', 'resourceownerpassword', 'passwordcredentials', 'passwordgrant'],
    refresh_token: ['refresh', 'refreshtokens', 'refreshtokengrant'],
    'urn:ietf:params:oauth:grant-type:device_code': ['devicecode', 'device'],
    'urn:ietf:params:oauth:grant-type:token-exchange': ['tokenexchange'],
    'urn:ietf:params:oauth:grant-type:jwt-bearer': ['jwtbearer'],
    'urn:ietf:params:oauth:grant-type:saml2-bearer': ['saml2bearer', 'samlbearer'],
    'urn:openid:params:grant-type:ciba': ['ciba'],
  },
  isSpellingFixed: true,
  origin: 'the identity server asks for',
};

/** `usageType` in AbuseIPDB's API. */
export const USAGE_TYPES: KnownNames = {
  values: [
    'Commercial',
    'Organization',
    'Government',
    'Military',
    'University/College/School',
    'Library',
    'Content Delivery Network',
    'Fixed Line ISP',
    'Mobile ISP',
    'Data Center/Web Hosting/Transit',
    'Search Engine Spider',
    'Reserved',
  ],
  synonyms: {
    'Data Center/Web Hosting/Transit': ['datacenter', 'webhosting', 'hosting', 'transit'],
    'University/College/School': ['university', 'college', 'school', 'education'],
    'Content Delivery Network': ['cdn'],
    'Fixed Line ISP': ['fixedline', 'isp'],
    'Mobile ISP': ['mobile'],
    'Search Engine Spider': ['searchengine', 'spider'],
  },
  isSpellingFixed: false,
  origin: 'AbuseIPDB uses',
};

/** Claims of the access token that have few values. */
export const CLAIM_NAMES: Readonly<Record<string, KnownNames>> = {
  aut: {
    values: ['APPLICATION', 'APPLICATION_USER'],
    synonyms: { APPLICATION: ['app'], APPLICATION_USER: ['user', 'appuser'] },
    isSpellingFixed: true,
    origin: 'the identity server sends',
  },
  subject_type: {
    values: ['public', 'pairwise'],
    isSpellingFixed: true,
    origin: 'the identity server sends',
  },
};

/** What is wrong with a string that is compared with one of the names. */
export interface NameIssue {
  /** Whether the string certainly never occurs. A newer version may send an unknown one. */
  readonly isImpossible: boolean;
  /** The name that the author probably meant. */
  readonly suggestion?: string;
}

/** Returns what is wrong with a string that is compared with one of the names; `undefined` if it occurs. */
export function nameIssue(names: KnownNames, text: string): NameIssue | undefined {
  if (names.values.includes(text) || text === '') return undefined;
  const suggestion = meantBy(names, text);
  if (suggestion === undefined) return { isImpossible: false };
  // A newer version may send the short form of a URN.
  const isShortForm = suggestion.startsWith('urn:') && !text.startsWith('urn:');
  return { isImpossible: names.isSpellingFixed && !isShortForm, suggestion };
}

/** Returns the names as a function of CEL changes them. */
export function mapNames(names: KnownNames, change: (value: string) => string): KnownNames {
  const synonyms = Object.entries(names.synonyms ?? {}).map(([name, words]) => [
    change(name),
    words,
  ]);
  return { ...names, values: names.values.map(change), synonyms: Object.fromEntries(synonyms) };
}

/** Returns whether one of the names contains a string, or begins or ends with it. */
export function mayContain(
  { values }: KnownNames,
  method: 'startsWith' | 'endsWith' | 'includes',
  text: string,
): boolean {
  return values.some((value) => value[method](text));
}

/** Typing errors in names of that length are rarely more. */
const MAX_TYPING_ERRORS = 2;

function meantBy({ values, synonyms = {} }: KnownNames, text: string): string | undefined {
  const plain = plainOf(text);
  const same = values.find(
    (value) => plainOf(value) === plain || synonyms[value]?.includes(plain) === true,
  );
  if (same !== undefined) return same;
  return values.find((value) => {
    const length = Math.min(plainOf(value).length, plain.length);
    return length > 3 * MAX_TYPING_ERRORS && distance(plainOf(value), plain) <= MAX_TYPING_ERRORS;
  });
}

/** Returns a name without what is often written in another way. */
function plainOf(text: string): string {
  return text.toLowerCase().replace(/[^a-z0-9]/g, '');
}
