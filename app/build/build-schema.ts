/** Writes the JSON Schema of policies, which editors read beside app/policy.yaml. */
import { writeFileSync } from 'node:fs';
import { policyJsonSchema } from '../tools/policy/json-schema/policy-schema.ts';

const FILE = new URL('../policy.schema.json', import.meta.url);
writeFileSync(FILE, `${JSON.stringify(policyJsonSchema(), null, 2)}\n`);
