// `image bootstrap`: a base image from Debian's packages, made here, so that no registry is needed.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { usualSearchPath } from '../../../lib/files/find-program.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { ExitError } from '../../failure.ts';
import { atMost } from '../../grammar/argument-rule.ts';
import { list, string } from '../../grammar/flag.ts';
import { showProgress } from '../../progress/show-progress.ts';

/** Left out as in Debian's own container images: what nobody reads there. */
const unread = ['doc', 'man', 'info', 'locale'];

export const bootstrap = command({
  usage: '[OPTIONS] [REPOSITORY[:TAG]]',
  args: atMost(1),
  description: `Make a base image from Debian's packages, by mmdebstrap of this machine.

The image is named after the suite (debian:bookworm) unless a name is given.`,
  flags: {
    include: list<string>('Install these packages, too (NAME[,NAME])', { type: 'packages' }),
    mirror: list<string>(
      'Take packages from here instead of the mirror of the suite (a URL, or a line of sources.list)',
    ),
    suite: string('Release of Debian, or of another distribution its mirror has', { initial: 'bookworm' }),
    variant: string('How much is installed: essential, minbase, apt, buildd, standard …', { initial: 'minbase' }),
    aptopt: list<string>('An option of apt while packages are installed; the image does not keep it'),
  },
  async run(context, { flags, args }) {
    const { suite } = flags;
    const words = [
      ...['--quiet', `--variant=${flags.variant}`, '--format=tar'],
      ...flags.include.map(names => `--include=${names}`),
      ...flags.aptopt.map(option => `--aptopt=${option}`),
      ...unread.map(name => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
      // Both are the container's own.
      '--customize-hook=rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1/etc/apt/apt.conf.d/99mmdebstrap"',
      ...[suite, '-', ...flags.mirror],
    ];
    await importOutput(context, ['mmdebstrap', ...words], args[0] ?? `debian:${suite}`);
    return 0;
  },
});

/**
 * What a program writes becomes an image; nothing does when it fails, or is interrupted. Throws a plain Error for the first and
 * an ExitError for the second, whatever the daemon says to half an archive.
 */
async function importOutput(
  context: Context,
  [program = '', ...words]: readonly string[],
  name: string,
): Promise<void> {
  const abort = new AbortController();
  // Before there is a program that would go on when a signal ends this one.
  const stopListening = context.io.onSignals(['SIGINT', 'SIGTERM'], signal =>
    abort.abort(new ExitError(128 + constants.signals[signal])),
  );
  // A group of its own: it starts others, which have to go with it.
  const child = spawn(program, words, { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  const ended = endOf(child, program);
  ended.catch(() => {});
  const { signal } = abort;
  try {
    const stream = await context.client.stream(
      'ImageCreate',
      {
        query: {
          ...{ fromSrc: '-', repo: name, message: `made by ${program}` },
          changes: [`ENV PATH=${usualSearchPath}`, 'CMD ["bash"]'],
        },
        body: whole(child.stdout, ended),
      },
      { signal },
    );
    await showProgress(stream.lines(), { output: context.io.stdout });
  } catch (error) {
    signal.throwIfAborted();
    // Why the program failed says more than what became of its output.
    if (!killGroup(child)) await ended;
    throw error;
  } finally {
    stopListening();
    killGroup(child);
  }
}

/** The output to its end; fails where the program did, so that half a system is no image. */
async function* whole(output: AsyncIterable<Buffer>, ended: Promise<void>): AsyncGenerator<Buffer> {
  yield* output;
  await ended;
}

/** Resolves when the program has ended well. Throws a plain Error for every other end. */
async function endOf(child: ChildProcess, program: string): Promise<void> {
  const [code, signal] = await once(child, 'exit').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new Error(`${program} is not installed: apt-get install ${program}`) : error;
  });
  if (signal) throw new Error(`${program} was ended by ${signal}`);
  if (code !== 0) throw new Error(`${program} ended with exit code ${code}`);
}

/** False when it has ended, or never began. */
function killGroup({ pid, exitCode, signalCode }: ChildProcess): boolean {
  if (pid === undefined || exitCode !== null || signalCode !== null) return false;
  process.kill(-pid, 'SIGTERM');
  return true;
}
