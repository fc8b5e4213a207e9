import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = new URL('../data/asgardeo-response.schema.json', import.meta.url);

const validate = new Ajv2020({ strict: false }).compile(widened());

/**
 * Returns the schema with two operations that it omits but the server carries out: a list claim that becomes a
 * string, a number or a boolean, and a change of a claim named `-`.
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

/** Returns why the identity server would not apply a response completely; an empty list if it would. */
export function schemaErrors(response: unknown): string[] {
  if (validate(response)) return [];
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
}
