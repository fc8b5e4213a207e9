import type { AddCommand } from '../../command-line.ts';

const EXAMPLE = `
Save the schema beside the policy, and begin the policy with the comment that editors read:
  risk-gate policy schema > policy.schema.json
  # yaml-language-server: $schema=./policy.schema.json`;

/** Adds `policy schema`. */
export const addPolicySchema: AddCommand = (policy, { action }) => {
  policy
    .command('schema')
    .description('Print the JSON Schema of a policy, for completion in editors.')
    .addHelpText('after', EXAMPLE)
    .action(
      action(async () => {
        const { policyJsonSchema } = await import(
          '../../../tools/policy/json-schema/policy-schema.ts'
        );
        const json = policyJsonSchema();
        return { json, text: () => JSON.stringify(json, null, 2), hasFindings: false };
      }),
    );
};
