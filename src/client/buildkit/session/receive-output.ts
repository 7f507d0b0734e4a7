// Results that the client keeps itself: one stream, or a directory.
import { open } from 'node:fs/promises';
import { bytesMessage } from '../../../api/buildkit/callbacks.ts';
import { decode } from '../../../api/buildkit/message.ts';
import type { ServerCall } from '../../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../../lib/grpc/status.ts';
import { receiveTree, type TreeSink } from '../files/receive-tree.ts';

export type BuildOutput =
  /** Files are added to what is in the directory. */
  | { readonly kind: 'directory'; readonly open: () => Promise<TreeSink> }
  | { readonly kind: 'file'; readonly path: string }
  /** Awaited piece by piece. */
  | { readonly kind: 'stream'; readonly write: (data: Uint8Array) => Promise<void> };

/** Answers BuildKit's FileSend/DiffCopy. */
export async function receiveOutput(call: ServerCall, outputs: readonly (BuildOutput | undefined)[]): Promise<void> {
  // Older daemons know only one exporter and give it no number.
  const number = Number(call.metadata['buildkit-attachable-exporter-id'] ?? 0);
  const output = outputs[number] ?? (outputs.length === 1 ? outputs[0] : undefined);
  if (!output) throw new GrpcError(grpcCodes.notFound, `no output was asked of exporter ${number}`);
  if (output.kind === 'directory') await receiveTree(call, await output.open());
  else if (output.kind === 'file') await receiveFile(call, output.path);
  else for await (const message of call.messages()) await output.write(decode(bytesMessage, message).data);
}

async function receiveFile(call: ServerCall, path: string): Promise<void> {
  await using file = await open(path, 'w', 0o644);
  for await (const message of call.messages()) await file.writeFile(decode(bytesMessage, message).data);
}
