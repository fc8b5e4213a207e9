import { readFileSync } from 'node:fs';
import Ajv2020 from 'ajv/dist/2020.js';
import fc from 'fast-check';
import {
  parseErrorBody,
  parseResultBody,
} from '../../../../app/tools/identity-server/response-body.ts';

/** The parser and the schema of responses were written independently. This test compares them. */
const schema = JSON.parse(
  readFileSync(new URL('../../../data/asgardeo-response.schema.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv2020.default({ strict: false });
ajv.addSchema(schema);
const accepts = (definition: string, body: unknown) =>
  ajv.validate(`${schema.$id}#/$defs/${definition}`, body);

const text = fc.oneof(
  fc.constantFrom('', 'No entry.', 'a, b', 'a/b', 'é', 'a\tb', 'r'.repeat(100), 'r'.repeat(101)),
  fc.constantFrom('r'.repeat(300), 'r'.repeat(301)),
  fc.string({ maxLength: 4 }),
);
const anything = fc.oneof(text, fc.constantFrom(null, 1, true, [], {}));

/** A possible operation. It always has a value, which `add` and `replace` require. */
const operation = fc
  .record(
    {
      op: fc.constantFrom('add', 'remove', 'replace', 'ADD', 'move', '', null, 1),
      path: fc.constantFrom('/accessToken/scopes/-', 'x', '', null, 1),
      url: fc.constantFrom(null, 'https://a.example'),
      from: fc.constant('/x'),
    },
    { requiredKeys: [] },
  )
  .map((fields) => ({ ...fields, value: 'read' }));

const body = fc.record(
  {
    actionStatus: fc.constantFrom('SUCCESS', 'FAILED', 'ERROR', 'INCOMPLETE', 'success', null),
    operations: fc.oneof(fc.array(fc.oneof(operation, anything), { maxLength: 2 }), anything),
    failureReason: anything,
    failureDescription: anything,
    errorMessage: anything,
    errorDescription: anything,
    extra: anything,
  },
  { requiredKeys: [] },
);

/** A body with the fields of one status only, so that many are valid. */
const likely = fc.oneof(
  fc.record(
    {
      actionStatus: fc.constant('SUCCESS'),
      operations: fc.array(operation, { maxLength: 2 }),
    },
    { requiredKeys: ['actionStatus'] },
  ),
  fc.record(
    { actionStatus: fc.constant('FAILED'), failureReason: text, failureDescription: anything },
    { requiredKeys: ['actionStatus', 'failureReason'] },
  ),
  fc.record(
    { actionStatus: fc.constant('ERROR'), errorMessage: text, errorDescription: anything },
    { requiredKeys: ['actionStatus', 'errorMessage'] },
  ),
);

function parses(parse: (text: string) => unknown, candidate: unknown): boolean {
  try {
    parse(JSON.stringify(candidate));
    return true;
  } catch {
    return false;
  }
}

test('The parser accepts a body of 200 if and only if the schema accepts it as SUCCESS or FAILED', () => {
  fc.assert(
    fc.property(fc.oneof(body, likely), (candidate) => {
      const valid =
        accepts('wireAcceptedSuccess', candidate) || accepts('wireAcceptedFailed', candidate);
      expect(parses(parseResultBody, candidate)).toBe(valid);
    }),
    { numRuns: 2000 },
  );
});

test('The parser accepts a body of 400, 401 or 500 if and only if the schema accepts it as ERROR', () => {
  fc.assert(
    fc.property(fc.oneof(body, likely), (candidate) => {
      expect(parses(parseErrorBody, candidate)).toBe(accepts('wireAcceptedError', candidate));
    }),
    { numRuns: 2000 },
  );
});
