import type { Environment } from '@marcbachmann/cel-js';
import type { Evaluator, Node, TypeChecker } from './node.ts';

interface MacroCall {
  readonly ast: Node;
  readonly receiver: Node;
  readonly args: readonly Node[];
}

/**
 * Registers a method of strings that returns a boolean and whose argument must be a literal.
 *
 * A macro receives the syntax tree of its argument when the expression is parsed, so `prepare` runs once, at load
 * time. The library looks macros up by name before types are known: the receiver type in the signature only
 * keeps the macro apart from the library's own method of the same name.
 *
 * @param prepare returns the evaluation for the argument; throws if the argument is not valid.
 */
export function registerStringMacro(
  environment: Environment,
  name: string,
  prepare: (argument: Node | undefined) => (receiver: unknown) => boolean,
): void {
  environment.registerFunction(`list.${name}(ast): bool`, ({ ast, receiver, args }: MacroCall) => {
    const evaluateOn = prepare(args[0]);
    return {
      async: false,
      typeCheck(checker: TypeChecker, _: unknown, context: unknown) {
        const { kind, name: type } = checker.check(receiver, context);
        if (type === 'string' || kind === 'dyn') return checker.getType('bool');
        const message = `found no matching overload for '${type}.${name}(string)'`;
        throw checker.createError('no_matching_overload', message, ast);
      },
      evaluate: (evaluator: Evaluator, _: unknown, context: unknown) =>
        evaluateOn(evaluator.run(receiver, context)),
    };
  });
}
