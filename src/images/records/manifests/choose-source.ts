// Which of the manifests an image came with is meant when it is sent somewhere under a name.
import { parseReference, type Reference, repositoryName } from '../../../oci/reference.ts';
import type { Image, ImageSource } from '../../image.ts';

/** The source that a repository digest of the name's repository stands for, else the latest; undefined without any. */
export function chooseSource(image: Image, name: Reference | undefined): ImageSource | undefined {
  const digests = name ? digestsIn(image, repositoryName(name)) : [];
  return (
    image.sources.find(({ manifest, index }) =>
      digests.some(digest => digest === manifest.digest || digest === index?.digest),
    ) ?? image.sources[0]
  );
}

function digestsIn(image: Image, repository: string): (string | undefined)[] {
  return image.digests
    .map(text => parseReference(text))
    .filter(reference => repositoryName(reference) === repository)
    .map(({ digest }) => digest);
}
