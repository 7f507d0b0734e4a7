// One image as an archive describes it, whatever the format.
import type { Descriptor } from '../../oci/descriptor.ts';
import type { Digest } from '../../oci/digest.ts';
import type { Reference } from '../../oci/reference.ts';
import type { ImageSource } from '../image.ts';

export interface ArchivedImage {
  /** The configuration blob. */
  config: Buffer;
  /** In the content store, bottom first. */
  layers: Descriptor[];
  /** Names with a tag. */
  references: Reference[];
  parent?: Digest;
  /** The manifest, and the index that led to it, as they are in the archive. */
  source?: Omit<ImageSource, 'layers'>;
  /** The same image for other platforms. */
  variants?: ArchivedImage[];
}
