// `berth registry serve`, `gc` and `passwd`: from arguments to exit code.

import { writeSync } from 'node:fs';
import { basename } from 'node:path';
import { errorMessage } from '../../lib/errors.ts';
import type { DaemonOption } from '../configuration/options.ts';
import { type OptionValues, parseFlags } from '../configuration/parse-flags.ts';
import { programHelp } from '../help.ts';
import { collect } from './collect.ts';
import { configurationReader } from './configuration/configuration.ts';
import { collectOptions, passwdOptions, serveOptions } from './options.ts';
import { passwd } from './passwd.ts';
import { serve } from './serving/serve.ts';
import { useSmallHeap } from './serving/small-heap.ts';

interface Subprogram {
  readonly usage: string;
  readonly description: string;
  readonly options: readonly DaemonOption[];
  /** How many arguments there must be. */
  readonly args: number;
  run(values: OptionValues, args: readonly string[]): Promise<number>;
}

const isRoot = () => process.getuid?.() === 0;

const subprograms: Readonly<Record<string, Subprogram>> = {
  serve: {
    usage: 'serve [OPTIONS]',
    description: 'Serve a registry: what is pushed to it is kept in a local folder.',
    options: serveOptions,
    args: 0,
    run: async values => {
      const read = await configurationReader(values, isRoot());
      // Before it starts over: what is wrong is said once.
      read();
      useSmallHeap();
      return await serve(read);
    },
  },
  gc: {
    usage: 'gc [OPTIONS]',
    description:
      'Remove what nobody needs from the folder of a registry that does not run; one that runs does so by itself.',
    options: collectOptions,
    args: 0,
    run: values => collect(values, isRoot()),
  },
  passwd: {
    usage: 'passwd [OPTIONS] FILE USER',
    description: 'Set the password of a user, typed or from stdin, in a file for --htpasswd.',
    options: passwdOptions,
    args: 2,
    run: passwd,
  },
};

/** Exit code for arguments that cannot be understood, as everywhere in the command line. */
const usageExitCode = 125;

/** `argv` begins with the subprogram's name, which is one of those that main.ts sends here. */
export async function runRegistry(argv: readonly string[], program: string): Promise<number> {
  const [name = '', ...rest] = argv;
  const subprogram = subprograms[name] as Subprogram;
  const calledAs = `${basename(program)} registry`;
  const see = `\n\nUsage:  ${calledAs} ${subprogram.usage}\n\nRun '${calledAs} ${name} --help' for more information\n`;
  let parsed: ReturnType<typeof parseFlags>;
  try {
    parsed = parseFlags(rest, subprogram.options);
  } catch (error) {
    writeSync(2, `${errorMessage(error)}${see}`);
    return usageExitCode;
  }
  const { values, args } = parsed;
  if (values.help) {
    writeSync(1, programHelp(`${calledAs} ${subprogram.usage}`, subprogram.description, subprogram.options));
    return 0;
  }
  if (args.length !== subprogram.args) {
    const count = `${subprogram.args} argument${subprogram.args === 1 ? '' : 's'}`;
    const wanted = subprogram.args === 0 ? 'accepts no arguments' : `requires ${count}`;
    writeSync(2, `${basename(program)}: '${calledAs} ${name}' ${wanted}${see}`);
    return 1;
  }
  try {
    return await subprogram.run(values, args);
  } catch (error) {
    writeSync(2, `${calledAs} ${name}: ${errorMessage(error)}\n`);
    return 1;
  }
}
