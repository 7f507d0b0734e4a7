// `cp`: files and directories between a container and the host.

import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { CopyProgress } from '../../copy/copy-progress.ts';
import { followed, splitEntry } from '../../copy/go-path.ts';
import { absolutePath, checkOutputPath, destinationEnd, sourceEnd } from '../../copy/host-end.ts';
import { packHostPath, unpackToHost } from '../../copy/host-files.ts';
import { isDevice, isDirectory, isSymlink, linkedPath, readPathStat, statInContainer } from '../../copy/path-stat.ts';
import { type CopyEnd, planCopy } from '../../copy/plan-copy.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';

interface Copy {
  container: string;
  /** In the container. */
  there: string;
  /** On the host; `-` is a stream. */
  here: string;
  archive: boolean;
  followLink: boolean;
  quiet: boolean;
}

export const cp = command({
  usage: '[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  args: exactly(2),
  description:
    'Copy files/folders between a container and the local filesystem\n\n' +
    "A '-' as the source reads a tar archive from standard input and extracts it into a directory of the container;\n" +
    "a '-' as the destination writes a tar archive of the container's files to standard output.",
  flags: {
    archive: bool('Keep user and group numbers', { short: 'a' }),
    'follow-link': bool('Copy what a symbolic link at SRC_PATH leads to', { short: 'L' }),
    quiet: bool('Do not show progress; away from a terminal none is shown', { short: 'q' }),
  },
  async run(context, { flags, changed, args: [from = '', to = ''] }) {
    if (from === '') throw new Error('source can not be empty');
    if (to === '') throw new Error('destination can not be empty');
    const [source, destination] = [splitArgument(from), splitArgument(to)];
    if (source.container && destination.container) throw new Error('copying between containers is not supported');
    const quiet = changed('quiet') ? flags.quiet : !context.io.stdout.isTerminal;
    const options = { archive: flags.archive, followLink: flags['follow-link'], quiet };
    if (source.container) {
      await copyOut(context, { ...options, container: source.container, there: source.path, here: destination.path });
    } else if (destination.container) {
      await copyIn(context, {
        ...options,
        container: destination.container,
        there: destination.path,
        here: source.path,
      });
    } else {
      throw new Error('must specify at least one container source');
    }
    return 0;
  },
});

/** `container:path`; a path that begins with `/` or `.` is the host's, colon or not. */
function splitArgument(text: string): { container: string; path: string } {
  const colon = text.indexOf(':');
  if (colon === -1 || text.startsWith('/') || text.startsWith('.')) return { container: '', path: text };
  return { container: text.slice(0, colon), path: text.slice(colon + 1) };
}

async function copyOut(context: Context, copy: Copy): Promise<void> {
  const { client, io } = context;
  const toStream = copy.here === '-';
  const here = toStream ? copy.here : absolutePath(copy.here, io.directory);
  if (!toStream) checkOutputPath(here);
  const asked = await followInContainer(context, copy);
  const query = { path: asked.path };
  const answer = await client.stream('ContainerArchive', { path: { id: copy.container }, query });
  if (toStream) {
    for await (const chunk of answer.body) if (!io.stdout.write(chunk)) await io.stdout.drained();
    return;
  }
  try {
    const source = { path: asked.path, exists: true, isDirectory: isDirectory(readPathStat(answer.headers)) };
    const progress = new CopyProgress(context, 'Copying from container', copy.quiet);
    const plan = planCopy({ ...source, rebase: asked.rebase }, destinationEnd(here));
    // The archive has the name of what the link leads to; the copy gets that of the link.
    const rename = asked.rebase && { from: splitEntry(asked.path).entry, to: plan.rename?.to ?? asked.rebase };
    await unpackToHost(progress.count(answer.body), rename ? { ...plan, rename } : plan);
    progress.done(here);
  } finally {
    answer.close();
  }
}

async function followInContainer(
  context: Context,
  { container, there, followLink }: Copy,
): Promise<{ path: string; rebase: string | undefined }> {
  const stat = followLink ? await statInContainer(context, container, there) : undefined;
  if (!stat || !isSymlink(stat)) return { path: there, rebase: undefined };
  return followed(there, linkedPath(there, stat));
}

async function copyIn(context: Context, copy: Copy): Promise<void> {
  const { client, io } = context;
  const destination = await destinationInContainer(context, copy);
  const send = (directory: string, body: AsyncIterable<Buffer>) =>
    client.call('PutContainerArchive', {
      path: { id: copy.container },
      query: { path: directory, noOverwriteDirNonDir: true, ...(copy.archive && { copyUIDGID: true }) },
      body,
    });
  const progress = new CopyProgress(context, 'Copying to container', copy.quiet);
  if (copy.here === '-') {
    if (!destination.isDirectory) {
      throw new Error(`destination "${copy.container}:${copy.there}" must be a directory`);
    }
    await send(destination.path, progress.count(io.stdin.read()));
  } else {
    const source = sourceEnd(absolutePath(copy.here, io.directory), copy.followLink);
    const { directory, rename } = planCopy(source, destination);
    const name = rename?.to ?? source.rebase ?? splitEntry(source.path).entry;
    await send(directory, progress.count(packHostPath(source.path, name)));
  }
  progress.done(`${copy.container}:${destination.path}`);
}

/** Where a copy into a container goes; a link there is followed. What cannot be told is taken for not there yet. */
async function destinationInContainer(context: Context, { container, there }: Copy): Promise<CopyEnd> {
  let path = there;
  let stat = await statInContainer(context, container, path);
  if (stat && isSymlink(stat)) {
    path = linkedPath(there, stat);
    stat = await statInContainer(context, container, path);
  }
  if (stat && isDevice(stat)) {
    throw new Error(`destination "${container}:${there}" must be a directory or a regular file: got a device`);
  }
  return { path, exists: stat !== undefined, isDirectory: stat !== undefined && isDirectory(stat) };
}
