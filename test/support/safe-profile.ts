import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

const SCHEMA = new URL('../data/asgardeo-response.schema.json', import.meta.url);

const validate = new Ajv2020({ strict: false }).compile(JSON.parse(readFileSync(SCHEMA, 'utf8')));

/** What keeps an answer from being one that the identity server reads whole; empty when it fits. */
export function faultsOf(answer: unknown): string[] {
  if (validate(answer)) return [];
  return (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
}
