// What an OCI runtime says when it cannot create a process, in the words Docker's users and tools know.

import { BerthError } from '../../lib/errors.ts';

interface FailedCommand {
  /** crun, runc, ... */
  runtime: string;
  action: 'create' | 'exec';
  /** What the runtime printed. */
  output: string;
  /** The program that was to run, and where. */
  program: string;
  cwd: string;
}

const mountHint =
  'Are you trying to mount a directory onto a file (or vice-versa)? ' +
  'Check if the specified host path exists and is the expected type';

/** `invalid` when the container's own settings are to blame (Docker: 400, exit codes 126 and 127), else `system`. */
export function runtimeError(failed: FailedCommand): BerthError {
  const text = message(failed);
  const blamed = /executable file not found|no such file or directory|permission denied|not a directory/i.test(text);
  const full = text.includes('not a directory') && text.includes('mount') ? `${text}: ${mountHint}` : text;
  return new BerthError(blamed ? 'invalid' : 'system', full);
}

function message(failed: FailedCommand): string {
  const said = failed.output.trim();
  const logged = /msg="((?:[^"\\]|\\.)*)"/.exec(said)?.[1];
  if (logged !== undefined) return `${prefix(failed)}${logged.replace(/\\(.)/g, '$1')}`;
  const detail = translate(said, failed) ?? (said || `${failed.runtime} gave no reason`);
  if (failed.action === 'exec') return `${prefix(failed)}exec failed: unable to start container process: ${detail}`;
  return `${prefix(failed)}${failed.runtime} create failed: unable to start container process: error during container init: ${detail}`;
}

function prefix({ action }: FailedCommand): string {
  const task = action === 'create' ? 'failed to create task for container: failed to create shim task: ' : '';
  return `${task}OCI runtime ${action} failed: `;
}

type Translation = (match: RegExpExecArray, failed: FailedCommand) => string;

/** crun's messages on the left. */
const translations: readonly (readonly [RegExp, Translation])[] = [
  [/^executable file `(.*)` not found in \$PATH/m, (_, { program }) => notFound(program)],
  [/^open executable: (.*)/m, (match, { program }) => notExecutable(program, match[1] ?? '')],
  [
    /^chdir `(.*)`: (.*)/m,
    match => `chdir to cwd ("${match[1]}") set in config.json failed: ${match[2]?.toLowerCase()}`,
  ],
  [
    /^mount `(.*)` to `\/?(.*)`: (.*)/m,
    match => `error mounting "${match[1]}" to rootfs at "/${match[2]}": ${match[3]?.toLowerCase()}`,
  ],
  [
    /^error stat'ing file `(.*)`: (.*)/m,
    match => `error mounting "${match[1]}": stat ${match[1]}: ${match[2]?.toLowerCase()}`,
  ],
  [
    /^open \/proc\/sys\/(.*): (.*)/m,
    match => `open sysctl ${match[1]?.replaceAll('/', '.')} file: ${match[2]?.toLowerCase()}`,
  ],
  [
    /^write to \/proc\/sys\/(.*): (.*)/m,
    match => `failed to write sysctl ${match[1]?.replaceAll('/', '.')}: ${match[2]?.toLowerCase()}`,
  ],
  [
    /^setrlimit `(.*)`: (.*)/m,
    match =>
      `error setting rlimits for ready process: error setting rlimit type ${match[1]}: ${match[2]?.toLowerCase()}`,
  ],
];

function translate(said: string, failed: FailedCommand): string | undefined {
  for (const [pattern, translation] of translations) {
    const match = pattern.exec(said);
    if (match) return translation(match, failed);
  }
  return undefined;
}

function notFound(program: string): string {
  if (program.includes('/')) return `exec: "${program}": stat ${program}: no such file or directory`;
  return `exec: "${program}": executable file not found in $PATH`;
}

/** A name without a slash is looked up among executables only; a directory gives EPERM. */
function notExecutable(program: string, reason: string): string {
  if (!program.includes('/')) return notFound(program);
  const directory = reason === 'Operation not permitted' ? 'is a directory: ' : '';
  return `exec: "${program}": ${directory}permission denied`;
}
