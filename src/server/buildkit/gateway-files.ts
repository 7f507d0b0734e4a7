// Files that a client reads without a build: a bake file or a Dockerfile that lies in a repository or on the web.
import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { statOfFile } from '../../api/buildkit/files/file-stat.ts';
import {
  readDirRequest,
  readDirResponse,
  readFileRequest,
  readFileResponse,
  statFileRequest,
  statFileResponse,
} from '../../api/buildkit/gateway.ts';
import { type FoundInTree, findInTree, type SourceTree } from '../../builder/index.ts';
import { factsOf } from '../../lib/files/file-facts.ts';
import type { GrpcHandler } from '../../lib/grpc/server.ts';
import { GrpcError, grpcCodes } from '../../lib/grpc/status.ts';
import { matchPattern } from '../../lib/patterns/path-match.ts';
import { type MethodCall, unary } from './method.ts';
import type { BuildJob } from './solve/build-job.ts';

const path = '/moby.buildkit.v1.frontend.LLBBridge/';

/** BuildKit's longest message, in bytes. */
const longest = 16 * 1024 * 1024;

export function fileMethods(jobOf: (call: MethodCall) => Promise<BuildJob>): Record<string, GrpcHandler> {
  return {
    [`${path}ReadFile`]: unary([readFileRequest, readFileResponse], async ({ ref, filePath, range }, call) => {
      const file = find((await jobOf(call)).files(ref), filePath);
      if (!file.stats.isFile()) throw new GrpcError(grpcCodes.unknown, `read ${filePath}: is not a regular file`);
      const { offset = 0, length = 0 } = range ?? {};
      return { data: await readPart(file, { offset, length }) };
    }),
    [`${path}ReadDir`]: unary([readDirRequest, readDirResponse], async ({ ref, dirPath, includePattern }, call) => {
      const directory = find((await jobOf(call)).files(ref), dirPath);
      if (!directory.stats.isDirectory()) throw new GrpcError(grpcCodes.unknown, `readdir ${dirPath}: not a directory`);
      const all = readdirSync(directory.path).sort();
      const names = includePattern === '' ? all : all.filter(name => matchPattern(includePattern, name));
      return { entries: names.flatMap(name => describe(join(String(directory.path), name), name) ?? []) };
    }),
    [`${path}StatFile`]: unary([statFileRequest, statFileResponse], async ({ ref, path: wanted }, call) => {
      const file = find((await jobOf(call)).files(ref), wanted);
      return { stat: describe(String(file.path), wanted) };
    }),
  };
}

function find(tree: SourceTree, wanted: string): FoundInTree {
  const found = findInTree(tree, wanted);
  if (found) return found;
  const name = wanted.startsWith('/') ? wanted : `/${wanted}`;
  throw new GrpcError(grpcCodes.notFound, `open ${name}: no such file or directory`);
}

function describe(place: string, name: string) {
  const facts = factsOf(lstatSync(place, { bigint: true }));
  return statOfFile(name, facts, () => readlinkSync(place));
}

/** `length` 0: to the end. */
async function readPart(
  { path: file, stats }: FoundInTree,
  o: { offset: number; length: number },
): Promise<Uint8Array> {
  const rest = Math.max(0, Number(stats.size) - o.offset);
  const length = o.length === 0 ? rest : Math.min(o.length, rest);
  if (length > longest)
    throw new GrpcError(grpcCodes.resourceExhausted, `${length} bytes are too many for one message`);
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, o.offset);
  return buffer.subarray(0, bytesRead);
}
