// What BuildKit's other messages need of its low-level build language: definitions of one source, places in a source file,
// and platforms.
// Field numbers as BuildKit 0.25 has them (solver/pb/ops.proto).
import { bool, bytes, int32, int64, type MessageOf, map, message, nested, repeated, string } from './message.ts';

export const platform = message({
  architecture: string(1),
  os: string(2),
  variant: string(3),
  osVersion: string(4),
  osFeatures: repeated(string(5)),
});

/** The encoded graph of a client that brings its own, instead of naming a frontend: an `operation` each, the last one naming the result. */
export const definition = message({
  def: repeated(bytes(1)),
  // By digest. Without it clients take a definition for none.
  metadata: map(2, number => nested(number, message({}))),
});
export type Definition = MessageOf<typeof definition>;

/** Files from outside: `git://…`, `https://…`, `local://…`. */
const sourceOperation = message({
  identifier: string(1),
  attrs: map(2, string),
});

/** Files brought into a directory; only copies are here. Inputs that are -1 are empty directories. */
const fileOperation = message({
  actions: repeated(
    nested(
      2,
      message({
        input: int64(1),
        secondaryInput: int64(2),
        copy: nested(4, message({ src: string(1), dest: string(2), dirCopyContents: bool(6), attemptUnpack: bool(7) })),
      }),
    ),
  ),
});

/** A vertex. Of its kinds only sources and copies are here. */
export const operation = message({
  // By the digest of their encoded operations.
  inputs: repeated(nested(1, message({ digest: string(1), index: int64(2) }))),
  source: nested(3, sourceOperation),
  file: nested(4, fileOperation),
});
export type LlbOperation = MessageOf<typeof operation>;

export const sourceInfo = message({
  filename: string(1),
  data: bytes(2),
  language: string(4),
});

/** Lines count from 1, characters from 0. */
const position = message({
  line: int32(1),
  character: int32(2),
});

export const range = message({
  start: nested(1, position),
  end: nested(2, position),
});
