// What BuildKit's other messages need of its low-level build language: places in a source file, and platforms.
// Field numbers as BuildKit 0.25 has them (solver/pb/ops.proto).
import { bytes, int32, type MessageOf, message, nested, repeated, string } from './message.ts';

export const platform = message({
  architecture: string(1),
  os: string(2),
  variant: string(3),
  osVersion: string(4),
  osFeatures: repeated(string(5)),
});
export type Platform = MessageOf<typeof platform>;

/** The encoded graph of a client that brings its own, instead of naming a frontend. */
export const definition = message({
  def: repeated(bytes(1)),
});

export const sourceInfo = message({
  filename: string(1),
  data: bytes(2),
  language: string(4),
});

/** Lines count from 1, characters from 0. */
export const position = message({
  line: int32(1),
  character: int32(2),
});
export type Position = MessageOf<typeof position>;

export const range = message({
  start: nested(1, position),
  end: nested(2, position),
});
export type Range = MessageOf<typeof range>;
