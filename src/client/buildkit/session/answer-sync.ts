// A directory of the client that a build asks for: it says which files, is told what they are like, and takes those that
// it has not.
import { offerHeader } from '../../../api/buildkit/files/open-files.ts';
import { sendFiles } from '../../../api/buildkit/files/send-files.ts';
import type { ServerCall } from '../../../lib/grpc/server.ts';
import { GrpcError, type GrpcHeaders, grpcCodes } from '../../../lib/grpc/status.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { followLinks } from '../files/follow-links.ts';
import { Handover, type OpenSender } from '../files/handover.ts';
import { type FileReader, wantedFiles } from '../files/wanted-files.ts';

/** Gives what says what files are. */
export type OpenReader = () => Promise<FileReader>;

/** Nobody but the daemon waits for this process, in milliseconds. */
const slice = 5;

interface SyncOptions {
  readonly directories: Readonly<Record<string, string>>;
  readonly reader?: OpenReader | undefined;
  readonly sender?: OpenSender | undefined;
}

/** Answers BuildKit's FileSync/DiffCopy. Throws a GrpcError for a directory the build was not given. */
export async function answerSync(call: ServerCall, { directories, reader, sender }: SyncOptions): Promise<void> {
  const { metadata } = call;
  const [name = ''] = valuesOf(metadata, 'dir-name');
  const directory = ownEntry(directories, name);
  if (directory === undefined)
    throw new GrpcError(grpcCodes.notFound, `no access allowed to dir ${JSON.stringify(name)}`);
  const follow = valuesOf(metadata, 'followpaths');
  const include = [...valuesOf(metadata, 'include-patterns'), ...followLinks(directory, follow)];
  const exclude = valuesOf(metadata, 'exclude-patterns');
  const files = wantedFiles(directory, { include, exclude, reader: await reader?.() });
  const [offer] = valuesOf(metadata, offerHeader);
  using handover = offer === undefined || !sender ? undefined : new Handover(offer, sender);
  await sendFiles(call, files, { slice, hand: handover && ((id, path) => handover.hand(id, path)) });
}

/** All values of a header; those that are not plain text come percent-encoded, which another header says. */
function valuesOf(metadata: GrpcHeaders, name: string): string[] {
  const value = metadata[name];
  if (value === undefined) return [];
  const values = (Array.isArray(value) ? value : [value]).map(String);
  return metadata[`${name}-encoded`] === undefined ? values : values.map(text => decodeURIComponent(text));
}
