import { Ajv } from 'ajv';
import { checkPolicy } from '../../app/src/policy/compile.ts';
import { readYaml } from '../../app/src/policy/file/source.ts';
import { policyJsonSchema } from '../../app/tools/policy/json-schema/policy-schema.ts';

// Strict: a misspelt keyword in the schema is an error. `pattern` covers the format `date`.
const ajv = new Ajv({
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
  formats: { date: true },
});
ajv.addKeyword({ keyword: 'errorMessage', schemaType: 'string' });
const validate = ajv.compile(policyJsonSchema());

/** Returns whether the JSON Schema of policies accepts a file, as editors read it. */
export function schemaAccepts(text: string): boolean {
  return validate(readYaml(text, 'policy.yaml').value);
}

/** Returns the errors that the loader finds: places with messages. */
export function loaderErrors(text: string): string[] {
  return checkPolicy(text, 'policy.yaml')
    .issues.filter(({ severity }) => severity === 'error')
    .map(({ place, message }) => `${place}: ${message}`);
}

/** Errors of the loader that a JSON Schema cannot find, or that would make it hard to read. */
const BEYOND_THE_SCHEMA: readonly RegExp[] = [
  // Conditions and expressions are CEL.
  /, when: (?!must be a condition|is missing)/,
  /has a \$\{ without its closing brace/,
  // Values that refer to each other.
  /: must be unique; another rule has this id/,
  /has the same name, and address\.within/,
  /needs \w+.* so an entry must specify what happens/,
  /has no effect, because no rule reads the reputation/,
  // Lists of data.
  /is not an IANA time zone/,
  /is a reserved claim and cannot be changed/,
  // What the identity server accepts.
  /the identity server /,
  /is not a valid (?:scope|audience)/,
  /must be the full name of a scope/,
  /cannot occur in a token, so it removes nothing/,
  /is not a supported pattern/,
  /contains an expression/,
  /a reason must not contain an expression/,
  /must not be longer than \d+ characters/,
];

/**
 * Compares the JSON Schema with the loader. The schema must accept each file that the loader accepts, and reject each
 * file that has an error other than those in `BEYOND_THE_SCHEMA`.
 *
 * @returns whether the schema accepts the file.
 * @throws Error if they contradict each other.
 */
export function compareWithLoader(text: string): boolean {
  const isAccepted = schemaAccepts(text);
  const errors = loaderErrors(text);
  if (errors.length === 0 && !isAccepted) {
    throw new Error(`The schema rejects a valid policy: ${ajv.errorsText(validate.errors)}.`);
  }
  const structural = errors.filter(
    (error) => !BEYOND_THE_SCHEMA.some((known) => known.test(error)),
  );
  if (structural.length > 0 && isAccepted) {
    throw new Error(`The schema accepts what the loader rejects: ${structural.join(' ')}`);
  }
  return isAccepted;
}
