// A command of the command line, as a value.

import type { Context } from './context.ts';
import type { ArgumentRule } from './grammar/argument-rule.ts';
import type { FlagSet, FlagValues } from './grammar/flag.ts';

/** What a command is called with. */
interface Invocation<F extends FlagSet> {
  flags: FlagValues<F>;
  /** Whether the flag was given, whatever its value. */
  changed(name: keyof F & string): boolean;
  args: string[];
}

/** A command. Its name and place are the business of the command tree. */
export interface Command<F extends FlagSet = FlagSet> {
  /** What follows the name in the usage line: `[OPTIONS] IMAGE [COMMAND] [ARG...]`; one line for each form. */
  readonly usage: string;
  readonly args: ArgumentRule;
  readonly flags: F;
  /** False when the first argument ends the flags; true by default. */
  readonly interspersed?: boolean;
  /** Lines of help after the short description. */
  readonly description?: string;
  /** Runs it and returns the exit code. Errors it throws are printed by the caller. */
  run(context: Context, invocation: Invocation<F>): Promise<number>;
}

/** Declares a command; only there so that flags and their values are typed. */
export function command<const F extends FlagSet>(definition: Command<F>): Command {
  return definition as unknown as Command;
}
