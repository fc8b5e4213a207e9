import { Environment } from '@marcbachmann/cel-js';
import type { KnownFeeds, PolicyFeeds } from '../feeds.ts';
import type { ParsedList } from '../lists.ts';
import type { CostMeter } from './semantics/cost.ts';
import { registerMatches } from './semantics/matches.ts';
import { SIGNAL_TYPES, type SignalTypeName } from './signal-variables.ts';
import { ClaimsView } from './variables/claims.ts';
import {
  OrganizationView,
  RefreshTokenView,
  RequestView,
  TenantView,
  TokenView,
  UserView,
} from './variables/request.ts';
import {
  AbuseView,
  AddressView,
  AnonymizerView,
  GeoView,
  NetworkView,
} from './variables/signals.ts';
import { StringMapView } from './variables/string-map.ts';
import { NowView } from './variables/variables.ts';

type TypeDefinition = readonly [
  implementation: unknown,
  fields: Readonly<Record<string, string>> | undefined,
];

/** The types of the policy language: the class that implements each, and its fields with their CEL types. */
const TYPES = {
  Address: [AddressView, { value: 'string', version: 'int', public: 'bool', signed: 'bool' }],
  Geo: [
    GeoView,
    {
      country: 'string',
      continent: 'string',
      asn: 'int',
      organization: 'string',
      city: 'string',
      timezone: 'string',
    },
  ],
  Network: [NetworkView, { asn: 'int', organization: 'string' }],
  Anonymizer: [
    AnonymizerView,
    { vpn: 'bool', tor: 'bool', proxy: 'bool', hosting: 'bool', relay: 'bool' },
  ],
  Abuse: [
    AbuseView,
    {
      score: 'int',
      reports: 'int',
      reporters: 'int',
      tor: 'bool',
      usage: 'string',
      isp: 'string',
      domain: 'string',
      age_hours: 'int',
      stale: 'bool',
      inherited: 'bool',
    },
  ],
  // Without declared fields CEL accepts any name, and the class defines the value of an absent one.
  StringMap: [StringMapView, undefined],
  Claims: [ClaimsView, undefined],
  Request: [
    RequestView,
    {
      grant: 'string',
      client_id: 'string',
      scopes: 'list<string>',
      headers: 'StringMap',
      params: 'StringMap',
    },
  ],
  Token: [
    TokenView,
    { lifetime: 'int', scopes: 'list<string>', audience: 'list<string>', claims: 'Claims' },
  ],
  RefreshToken: [RefreshTokenView, { lifetime: 'int' }],
  Organization: [
    OrganizationView,
    { id: 'string', name: 'string', handle: 'string', depth: 'int' },
  ],
  User: [UserView, { id: 'string', store: 'string', organization: 'Organization' }],
  Tenant: [TenantView, { id: 'string', name: 'string' }],
  Now: [
    NowView,
    { hour: 'int', minute: 'int', weekday: 'int', timestamp: 'google.protobuf.Timestamp' },
  ],
} as const satisfies Record<string, TypeDefinition> & Record<SignalTypeName, TypeDefinition>;

/** The CEL type of each variable. */
const VARIABLES: Readonly<Record<string, string>> = {
  ...SIGNAL_TYPES,
  request: 'Request',
  token: 'Token',
  refresh_token: 'RefreshToken',
  user: 'User',
  tenant: 'Tenant',
  organization: 'Organization',
  now: 'Now',
  lists: 'Lists',
};

/** What the expressions of a policy can refer to by name. */
export interface PolicyNames {
  readonly lists: ReadonlyMap<string, ParsedList>;
  /** @default none */
  readonly feeds?: PolicyFeeds;
  /** Feeds that the policy may have forgotten to name. @default none */
  readonly builtInFeeds?: KnownFeeds;
}

/** The variables of the policy language, for the analysis of expressions. */
export interface Declarations {
  /** The CEL type of each variable. */
  readonly variables: Readonly<Record<string, string>>;
  /** The fields of each type with their types; `undefined` if the type accepts any field name. */
  readonly fields: ReadonlyMap<string, Readonly<Record<string, string>> | undefined>;
  readonly lists: ReadonlyMap<string, ParsedList>;
  readonly feeds: PolicyFeeds;
  readonly builtInFeeds: KnownFeeds;
}

/** Returns the declarations of the policy language with the lists and feeds of a policy. */
export function declarationsFor({
  lists,
  feeds = new Map(),
  builtInFeeds = [],
}: PolicyNames): Declarations {
  const fields = new Map(Object.entries(TYPES).map(([name, [, fields]]) => [name, fields]));
  return { variables: VARIABLES, fields, lists, feeds, builtInFeeds };
}

/**
 * Creates the CEL environment of a policy. Its lists are fields of the type `Lists`, so a misspelt name is a type
 * error.
 *
 * @param Lists the class of the variable `lists`.
 */
export function createEnvironment(
  Lists: new () => object,
  lists: ReadonlyMap<string, ParsedList>,
  meter: CostMeter,
): Environment {
  const environment = new Environment({ enableOptionalTypes: true });
  for (const [name, [ctor, fields]] of Object.entries(TYPES)) {
    environment.registerType(
      name,
      fields === undefined ? { ctor } : { ctor, fields: { ...fields } },
    );
  }
  const fields = Object.fromEntries(
    [...lists].map(([name, { type }]) => [name, type ?? 'list<dyn>']),
  );
  environment.registerType('Lists', { ctor: Lists, fields });
  for (const [name, type] of Object.entries(VARIABLES)) environment.registerVariable(name, type);
  environment.registerFunction(
    'Address.within(string): bool',
    (address: AddressView, name: string) => address.within(name),
  );
  registerMatches(environment, meter);
  environment.registerOperator('string in StringMap', (name: string, map: StringMapView) =>
    map.has(name),
  );
  environment.registerOperator('string in Claims', (name: string, claims: ClaimsView) =>
    claims.has(name),
  );
  // The identity server omits a claim that is an empty list.
  environment.registerOperator('string in null', () => false);
  return environment;
}
