// An image as `images` shows it: a row for each of its names.

import type { ImageSummary } from '../../../api/types/images.ts';
import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { humanDuration } from '../../../lib/text/duration.ts';
import { humanSize } from '../../../lib/text/units.ts';
import { familiarName, parseReference } from '../../../oci/reference.ts';
import { formatGoTime } from '../../time/format-time.ts';
import { shortId } from '../ellipsis.ts';

/** The heads of the columns. */
export const imageHeaders = {
  ID: 'IMAGE ID',
  Repository: 'REPOSITORY',
  Tag: 'TAG',
  Digest: 'DIGEST',
  CreatedSince: 'CREATED',
  CreatedAt: 'CREATED AT',
  Size: 'SIZE',
  Containers: 'CONTAINERS',
  VirtualSize: 'SIZE',
  SharedSize: 'SHARED SIZE',
  UniqueSize: 'UNIQUE SIZE',
};

interface RowOptions {
  truncate: boolean;
  /** Rows for digests too. */
  digests: boolean;
  /** Milliseconds. */
  now: number;
}

interface Name {
  repository: string;
  tag: string;
  digest: string;
}

const none = '<none>';

/** The rows of an image. */
export function imageRows(image: ImageSummary, options: RowOptions): GoStruct[] {
  return imageNames(image, options.digests).map(name => row(image, name, options));
}

function imageNames(image: ImageSummary, digests: boolean): Name[] {
  const tags = (image.RepoTags ?? []).filter(tag => tag !== '<none>:<none>').map(split);
  const byDigest = (image.RepoDigests ?? []).filter(text => text !== '<none>@<none>').map(split);
  if (tags.length === 0 && byDigest.length === 0) return [{ repository: none, tag: none, digest: none }];
  const names: Name[] = tags.flatMap(tag => {
    const known = digests ? byDigest.filter(({ repository }) => repository === tag.repository) : [];
    return known.length === 0 ? [tag] : known.map(({ digest }) => ({ ...tag, digest }));
  });
  const untagged = byDigest.filter(({ repository }) => !tags.some(tag => tag.repository === repository));
  for (const name of untagged) {
    const shown = digests ? name : { ...name, digest: '' };
    if (digests || !names.some(({ repository }) => repository === name.repository)) names.push(shown);
  }
  return names;
}

function split(text: string): Name {
  try {
    const reference = parseReference(text);
    return { repository: familiarName(reference), tag: reference.tag ?? none, digest: reference.digest ?? none };
  } catch {
    return { repository: text, tag: none, digest: none };
  }
}

function row(image: ImageSummary, name: Name, { truncate, now }: RowOptions): GoStruct {
  const known = (value: number, text: () => string) => (value < 0 ? 'N/A' : text());
  return {
    [goType]: '*formatter.imageContext',
    Containers: () => known(image.Containers ?? -1, () => String(image.Containers)),
    CreatedAt: () => formatGoTime(image.Created * 1000),
    CreatedSince: () =>
      image.Created <= 0 && image.Created !== 0 ? 'N/A' : `${humanDuration(now - image.Created * 1000)} ago`,
    Digest: () => name.digest,
    ID: () => (truncate ? shortId(image.Id) : image.Id),
    Repository: () => name.repository,
    SharedSize: () => known(image.SharedSize ?? -1, () => humanSize(image.SharedSize)),
    Size: () => humanSize(image.Size, 3),
    Tag: () => name.tag,
    UniqueSize: () => known(image.SharedSize ?? -1, () => humanSize(image.Size - image.SharedSize)),
    VirtualSize: () => humanSize(image.Size),
  };
}
