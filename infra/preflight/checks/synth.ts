import { error, ok } from '../../../app/tools/findings/finding.ts';
import type { Check, LocalFacts } from '../check.ts';
import { SynthError } from '../template.ts';

/** The policy, the databases and cdk-nag: everything that would stop `cdk synth`. */
export const synthCheck: Check<LocalFacts> = {
  name: 'policy and template',
  async run({ template }) {
    try {
      const { Resources } = await template();
      return [
        ok(`The policy compiles, and the template has ${Object.keys(Resources).length} resources.`),
      ];
    } catch (cause) {
      if (!(cause instanceof SynthError)) throw cause;
      return cause.message.split('\n').map(error);
    }
  },
};
