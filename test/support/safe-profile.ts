import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = new URL('../data/asgardeo-response.schema.json', import.meta.url);

const validate = new Ajv2020({ strict: false }).compile(widened());

/**
 * The profile leaves out two operations that the server carries out: a list claim that becomes a text, a
 * number or a boolean, and a change of a claim called `-`.
 */
function widened(): object {
  const schema = JSON.parse(readFileSync(SCHEMA, 'utf8'));
  const { replaceClaim, removeClaim, replaceClaimList } = schema.$defs;
  replaceClaimList.properties.value = { $ref: '#/$defs/claimValue' };
  for (const { path } of [replaceClaim.properties, removeClaim.properties]) {
    path.not.pattern = path.not.pattern.replace('|-$|', '|');
  }
  return schema;
}

/** What keeps an answer from being one that the identity server reads whole; empty when it fits. */
export function faultsOf(answer: unknown): string[] {
  if (validate(answer)) return [];
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}
